//! The scenes, in the order of the table.

/// What stands for a row.
pub(crate) struct Scene {
    /// The row's first column.
    pub(crate) what: &'static str,
    /// What of the chat's commands it is about.
    pub(crate) commands: &'static [&'static str],
    /// What happens.
    pub(crate) text: &'static str,
}

const fn scene(what: &'static str, commands: &'static [&'static str], text: &'static str) -> Scene {
    Scene {
        what,
        commands,
        text,
    }
}

#[rustfmt::skip]
pub(crate) static SCENES: &[Scene] = &[
    scene("enter a channel", &["Join"], "
        bob> /join #desk
        carol> JOIN #desk
        ann> /join #desk | JOIN #desk
        bob< * ann joined #desk.
        carol< JOIN #desk
        bob? /who #desk => ann
        carol? NAMES #desk => ann
        bob> /mode #desk +k tulip
        ann> /leave #desk | PART #desk
        ann> /join #desk tulip | JOIN #desk tulip
        bob< * ann joined #desk.
        -- refused
        bob> /join #desk
        bob> /mode +i
        ann! /join #desk | JOIN #desk => Only those who are invited | 473
        bob> /mode -i+k tulip
        ann! /join #desk | JOIN #desk => has a key | 475
        bob> /mode -k
        bob> /mode +l 1
        ann! /join #desk | JOIN #desk => is full | 471
        bob> /mode -l+R
        ann! /join #desk | JOIN #desk => for people with an account only | 477
        bob> /mode -R+b ann
        ann! /join #desk | JOIN #desk => You are banned | 474
        -- limit
        ann> /join #c{1..99} | JOIN #c{1..99}
        ann! /join #c100 | JOIN #c100 => limit is 100 | 405
        bob? /whois ann => #c99
        carol? WHOIS ann => #c99
    "),
    scene("leave a channel", &["Leave"], "
        bob> /join #desk
        carol> JOIN #desk
        ann> /join #desk | JOIN #desk
        ann> /leave #desk for lunch | PART #desk :for lunch
        bob< * ann left #desk (for lunch).
        carol< PART #desk :for lunch
        carol? WHOIS ann => #lobby
        -- refused
        bob> /join #desk
        ann! /leave #desk | PART #desk => You are not in #desk | 442
        -- limit
        bob> /join #desk
        carol> JOIN #desk
        ann> /join #desk | JOIN #desk
        ann% /leave #desk {x*161} | PART #desk :{x*161} => at most 160 bytes | {x*160}
    "),
    scene("speak in a channel", &["Say"], "
        ann> morning | PRIVMSG #lobby :morning
        bob< 09:14 #lobby ann: morning
        carol< PRIVMSG #lobby :morning
        ann> /msg #lobby all | PRIVMSG #lobby :all
        bob< 09:14 #lobby ann: all
        bob> /join #ops
        ann> /msg #ops from outside | PRIVMSG #ops :from outside
        bob< 09:14 #ops ann: from outside
        -- refused
        bob> /join #desk
        bob> /mode +n
        ann! /msg #desk a | PRIVMSG #desk :a => Only people inside | 404
        bob> /mode -n+m
        ann> /join #desk | JOIN #desk
        ann! /msg #desk a | PRIVMSG #desk :a => Only people with a voice | 404
        bob> /mode -m+M
        ann! /msg #desk a | PRIVMSG #desk :a => people with an account | 404
        bob> /mode -M
        bob> /mute ann
        ann! /msg #desk a | PRIVMSG #desk :a => You are muted | 404
        bob> /unmute ann
        bob> /mode +b ann
        ann! /msg #desk a | PRIVMSG #desk :a => You are banned | 404
        ann! /msg #nowhere a | PRIVMSG #nowhere :a => There is no channel | 403
        -- limit
        ann! {x*4097} | PRIVMSG #lobby :{x*500} => longer than 4096 bytes | 417
    "),
    scene("speak to those of a rank", &["Say"], "
        carol> JOIN #desk
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        ann> /msg @#desk help | PRIVMSG @#desk :help
        carol< PRIVMSG @#desk :help
        carol> MODE #desk +v bob
        ann> /msg +#desk help us | PRIVMSG +#desk :help us
        bob< 09:14 #desk ann: (to operators and voices) help us
        carol< PRIVMSG +#desk :help us
        -- refused
        bob> /join #desk
        bob> /mode +n
        ann! /msg @#desk a | PRIVMSG @#desk :a => Only people inside | 404
        -- limit
        ann! /msg @#lobby {x*4097} | PRIVMSG @#lobby :{x*500} => longer than 4096 bytes | 417
    "),
    scene("write to a person", &["Say"], "
        ann> /msg bob psst | PRIVMSG bob :psst
        bob< 09:14 private ann: psst
        ann> /msg carol psst | PRIVMSG carol :psst
        carol< PRIVMSG carol :psst
        bob> /away At lunch
        ann? /msg bob again | PRIVMSG bob :again => bob is away: At lunch | 301
        -- refused
        ann! /msg eve psst | PRIVMSG eve :psst => Nobody called eve | 401
        bob> /self +R
        ann! /msg bob psst | PRIVMSG bob :psst => bob is written to by people with an account | 531
        -- limit
        ann! /msg bob {x*4097} | PRIVMSG bob :{x*500} => longer than 4096 bytes | 417
    "),
    scene("write to somebody who is not here", &["Say"], "
        hallway remembers
        carol> PRIVMSG NickServ :REGISTER secret
        ann> /register secret | PRIVMSG NickServ :REGISTER secret
        carol> QUIT
        ann? /msg carol psst | PRIVMSG carol :psst => Kept for carol | Kept for carol
        bob> /login carol secret
        bob< 09:14 private ann: psst
        ann< carol has come and has your message | carol has come and has your message
        -- refused
        hallway remembers
        carol> PRIVMSG NickServ :REGISTER secret
        carol> QUIT
        ann! /msg carol psst | PRIVMSG carol :psst => only people with an account | 401
        -- limit
        hallway remembers
        carol> PRIVMSG NickServ :REGISTER secret
        ann> /register secret | PRIVMSG NickServ :REGISTER secret
        carol> QUIT
        ann> /msg carol {1..20} | PRIVMSG carol :{1..20}
        ann! /msg carol 21 | PRIVMSG carol :21 => 20 messages of yours | 20 messages of yours
    "),
    scene("say what one does", &["Say"], "
        ann> /me waves | PRIVMSG #lobby :\\aACTION waves\\a
        bob< 09:14 #lobby * ann waves
        carol< ACTION waves
        -- refused
        bob> /join #desk
        bob> /mode +m
        ann> /join #desk | JOIN #desk
        ann! /me waves | PRIVMSG #desk :\\aACTION waves\\a => Only people with a voice | 404
        -- limit
        ann! /me {x*4097} | PRIVMSG #lobby :\\aACTION {x*500}\\a => longer than 4096 bytes | 417
    "),
    scene("say it as a program", &["Say"], "
        ann> /notice #lobby done | NOTICE #lobby :done
        bob< 09:14 #lobby -ann- done
        carol< NOTICE #lobby :done
        ann> /notice bob done | NOTICE bob :done
        bob< 09:14 private -ann- done
        -- refused
        bob> /join #desk
        bob> /mode +n
        ann! /notice #desk a | - => Only people inside | -
        ann> - | NOTICE #desk :a
        -- limit
        ann! /notice #lobby {x*4097} | NOTICE #lobby :{x*500} => longer than 4096 bytes | 417
    "),
    scene("let programs know something", &["Signal"], "
        ann> - | @+typing=active TAGMSG #lobby
        carol< +typing=active
        carol< TAGMSG #lobby
        ann> - | @+draft/react=x TAGMSG bob
        -- refused
        bob> /join #desk
        bob> /mode +n
        ann! - | @+typing=active TAGMSG #desk => - | 404
        -- limit
        ann! - | @+x={x*4092} TAGMSG #lobby => - | 417
    "),
    scene("take a line back", &["Redact", "RedactMessage"], "
        ann> teh printer | PRIVMSG #lobby :teh printer
        ann> /redact ann typing | REDACT #lobby {id} typing
        bob< * ann took back the latest line of ann in #lobby (typing).
        carol< REDACT #lobby
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        bob> /msg #desk nonsense
        ann> /redact bob | REDACT #desk {id}
        bob< * ann took back the latest line of bob in #desk.
        carol< REDACT #desk
        -- refused
        bob> mine
        ann! /redact bob | REDACT #lobby {id} => Only operators of #lobby | FAIL REDACT REDACT_FORBIDDEN
        ann! /redact ann | REDACT #lobby 1-1-1 => None of the latest lines | FAIL REDACT UNKNOWN_MSGID
        -- limit
        ann> teh | PRIVMSG #lobby :teh
        ann% /redact ann {x*161} | REDACT #lobby {id} {x*161} => at most 160 bytes | {x*160}
    "),
    scene("take a private line back", &["Retract", "RedactMessage"], "
        ann> /msg bob oops | PRIVMSG bob :oops
        ann> /retract bob | REDACT bob {id}
        bob< * ann took back the latest line of ann to bob.
        ann> /msg carol oops | PRIVMSG carol :oops
        ann> /retract carol | REDACT carol {id}
        carol< REDACT carol
        -- refused
        bob> /msg ann mine
        ann! /retract bob | REDACT bob {id} => No line of yours | FAIL REDACT UNKNOWN_MSGID
    "),
    scene("be called something else", &["Rename"], "
        ann> /nick anne | NICK anne
        bob< * ann is now called anne.
        carol< NICK anne
        -- refused
        ann! /nick bob | NICK bob => bob is taken | 433
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        bob> /mute ann
        ann! /nick anne | NICK anne => You are muted | 435
        -- limit
        ann! /nick {x*33} | NICK {x*33} => more than 32 bytes | 432
        ann> /nick {x*32} | NICK {x*32}
        bob< {x*32}
    "),
    scene("be called something else in full", &["Introduce"], "
        ann> /realname Ann Example | SETNAME :Ann Example
        carol< SETNAME :Ann Example
        bob? /whois ann => in full Ann Example
        carol? WHOIS ann => Ann Example
        -- limit
        ann! /realname {x*151} | SETNAME {x*151} => at most 150 bytes | FAIL SETNAME INVALID_REALNAME
    "),
    scene("say something of oneself", &["Describe", "Undescribe", "Description"], "
        carol> METADATA * SUB status
        ann> /profile status in room 4 | METADATA * SET status :in room 4
        carol< METADATA ann status * :in room 4
        bob? /whois ann => status: in room 4
        carol? METADATA ann LIST => 761 carol ann status * :in room 4
        ann? /profile | METADATA * LIST => status: in room 4 | status * :in room 4
        ann> /profile status - | METADATA * SET status
        carol< METADATA ann status *
        ann> /profile color #00ff00 | METADATA * SET color :#00ff00
        ann> /profile - | METADATA * CLEAR
        ann? /profile | METADATA * LIST => is empty | BATCH -
        -- refused
        ann! /profile color red | METADATA * SET color :red => six hexadecimal digits | FAIL METADATA VALUE_INVALID
        ann! /profile Color red | METADATA * SET Color :red => is no key | FAIL METADATA KEY_INVALID
        ann! /profile color - | METADATA * SET color => There is no color | FAIL METADATA KEY_NOT_SET
        -- limit
        ann> /profile k{1..20} x | METADATA * SET k{1..20} :x
        ann! /profile k21 x | METADATA * SET k21 :x => limit is 20 | FAIL METADATA LIMIT_REACHED
        ann! /profile k1 {x*301} | METADATA * SET k1 :{x*301} => at most 300 bytes | FAIL METADATA VALUE_INVALID
        ann! /profile {k*41} x | METADATA * SET {k*41} :x => is no key | FAIL METADATA KEY_INVALID
    "),
    scene("say something of a channel", &["Describe", "Undescribe", "Description"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        carol> METADATA * SUB url
        ann> /profile #desk url https://chat.office | METADATA #desk SET url :https://chat.office
        carol< METADATA #desk url * :https://chat.office
        bob? /profile #desk => url: https://chat.office
        carol? METADATA #desk GET url => 761 carol #desk url * :https://chat.office
        ann> /profile #desk - | METADATA #desk CLEAR
        carol< METADATA #desk url *
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        ann! /profile #desk url https://a | METADATA #desk SET url :https://a => Only operators of #desk | FAIL METADATA KEY_NO_PERMISSION
        ann! /profile #no url https://a | METADATA #no SET url :https://a => There is no channel | FAIL METADATA INVALID_TARGET
        bob> /mode #desk +s
        ann> /leave #desk | PART #desk
        ann! /profile #desk | METADATA #desk LIST => There is no channel | FAIL METADATA INVALID_TARGET
        -- limit
        ann> /join #desk | JOIN #desk
        ann> /profile #desk k{1..20} x | METADATA #desk SET k{1..20} :x
        ann! /profile #desk k21 x | METADATA #desk SET k21 :x => limit is 20 | FAIL METADATA LIMIT_REACHED
    "),
    scene("be something besides", &["SetOwnModes"], "
        ann> /self +B | MODE ann +B
        bob? /whois ann => a program
        carol? WHOIS ann => 335
        ann> beep | PRIVMSG #lobby :beep
        carol< bot
        ann> /self +i | MODE ann +i
        bob> /leave
        bob? /who => 2 people
        carol? WHO ann => H
        ann> /self +o | MODE ann +o
        bob? /whois ann => ann: available
        -- refused
        ann! /self +x | MODE ann +x => Nobody can be x | 501
    "),
    scene("know what one is besides", &["OwnModes"], "
        ann> /self +w | MODE ann +w
        ann? /self | MODE ann => +w | 221 ann +w
    "),
    scene("make one's name one's own", &[], "
        hallway remembers
        ann? /register pencil | NICKSERV REGISTER pencil => ann is yours from now on | ann is yours from now on
        bob> /nick ann
        bob< ann is registered
        carol> NICK ann
        carol< 433
        -- refused
        config [accounts]
        config registration = \"operator\"
        hallway remembers
        ann! /register pencil | NICKSERV REGISTER pencil => Whoever runs this server registers names
        ann! /register pencil | REGISTER * * :pencil => Whoever runs this server | TEMPORARILY_UNAVAILABLE
        -- refused
        config [accounts]
        config email = \"required\"
        hallway remembers
        ann! /register pencil | NICKSERV REGISTER pencil => An address for mail is needed
        ann! /register pencil | REGISTER * * :pencil => An address for mail is needed | INVALID_EMAIL
        ann? /register mail a@b pencil | REGISTER * a@b :pencil => ann is yours | ann is yours
        -- limit
        hallway remembers
        ann! /register {x*301} | NICKSERV REGISTER {x*301} => at most 300 bytes
        ann! /register {x*301} | REGISTER * * :{x*301} => at most 300 bytes | UNACCEPTABLE_PASSWORD
        ann? /register pencil | REGISTER * * :pencil => ann is yours | ann is yours
    "),
    scene("log in", &[], "
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        ann? /login ann pencil | NICKSERV IDENTIFY ann pencil => You are logged in as ann
        -- refused
        hallway remembers
        bob> /register pencil
        ann! /login bob pen | NICKSERV IDENTIFY bob pen => That is not the password of bob
        ann> - | AUTHENTICATE PLAIN
        ann! /login bob pen | AUTHENTICATE AGJvYgBwZW4= => That is not the password of bob | 904
        -- limit
        hallway remembers
        bob> /register pencil
        ann> /login bob pen{1..20} | NICKSERV IDENTIFY bob pen{1..20}
        ann! /login bob pencil | NICKSERV IDENTIFY bob pencil => Too many wrong passwords
    "),
    scene("log out", &[], "
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        ann? /logout | NICKSERV LOGOUT => You are logged out
        -- refused
        hallway remembers
        ann! /logout | NICKSERV LOGOUT => You are not logged in
    "),
    scene("stay when one is not connected", &["Stay"], "
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        ann? /stay | NICKSERV SET STAY => You do not stay | You do not stay
        ann? /stay on | NICKSERV SET STAY ON => You stay | You stay
        bob> /watch ann
        carol> MONITOR + ann
        ann> /quit | QUIT
        bob< * ann is away: Not connected.
        carol< AWAY :Not connected
        bob? /board #lobby => Not connected
        -- refused
        hallway remembers
        ann! /stay on | NICKSERV SET STAY ON => You are not logged in | You are not logged in
        ann> /register pencil | NICKSERV REGISTER pencil
        ann> /stay on | NICKSERV SET STAY ON
        ann? /stay off | NICKSERV SET STAY OFF => You do not stay | You do not stay
        bob> /watch ann
        ann> /quit | QUIT
        bob< * ann has gone
    "),
    scene("have another password", &[], "
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        ann? /password pencil crayon | NICKSERV PASSWORD pencil crayon => Your new password counts
        ann? /login ann crayon | NICKSERV IDENTIFY ann crayon => You are logged in as ann
        -- refused
        hallway remembers
        ann! /password pencil crayon | NICKSERV PASSWORD pencil crayon => You are not logged in
        ann> /register pencil | NICKSERV REGISTER pencil
        ann! /password pen crayon | NICKSERV PASSWORD pen crayon => That is not the password of ann
        -- limit
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        ann! /password pencil {x*301} | NICKSERV PASSWORD pencil {x*301} => at most 300 bytes
    "),
    scene("be away", &["Away"], "
        bob> /watch ann
        carol> MONITOR + ann
        ann> /away At lunch until 13:00 | AWAY :At lunch until 13:00
        bob< * ann is away: At lunch, until 13:00.
        carol< AWAY :At lunch until 13:00
        carol< hallway/kind=lunch
        bob? /board #lobby => At lunch, since 09:14, until 13:00
        carol? BOARD #lobby => At lunch, since 09:14, until 13:00
        wait 13680
        bob< * ann is back.
        -- limit
        bob> /watch ann
        ann% /away {x*161} | AWAY :{x*161} => at most 160 bytes | {x*160}
    "),
    scene("be back", &["Back"], "
        ann> /away At lunch | AWAY :At lunch
        bob> /watch ann
        ann> /back | AWAY
        bob< * ann is back.
        carol< AWAY
        carol? WHOIS ann => ann
    "),
    scene("see who is free", &["Board"], "
        bob> /lunch
        ann? /board #lobby | BOARD #lobby => 2 available, 1 away | 2 available, 1 away
        ann? /board | BOARD => Everyone: 2 available, 1 away | Everyone: 2 available, 1 away
        -- refused
        bob> /join #secret
        bob> /mode +s
        ann! /board #secret | BOARD #secret => There is no channel | 403
    "),
    scene("hear who comes and goes", &["Watch", "Unwatch", "Watching"], "
        ann? /watch dan | MONITOR + dan => You watch dan | 731
        irc dan
        ann< dan is here | 730
        ann? /watching | MONITOR L => dan | 732
        dan> QUIT
        ann< dan has gone | 731
        ann> /unwatch dan | MONITOR - dan
        irc dan
        ann? /watching | MONITOR L => You watch nobody | 733
        -- limit
        ann> /watch n{1..100} | MONITOR + n{1..100}
        ann! /watch more | MONITOR + more => limit is 100 | 734
    "),
    scene("block somebody", &["Block", "Unblock", "Blocked"], "
        ann> /block bob | SILENCE +bob
        bob? /msg ann hello => * To ann.
        bob> hello all
        ann? /blocked | SILENCE => bob | bob!*@*
        bob? /me waves => -
        ann> /unblock bob | SILENCE -bob
        bob> /msg ann hello
        ann< private bob: hello | PRIVMSG ann :hello
        ann> /block *!*@*.cloak | SILENCE +*!*@*.cloak
        bob> /msg ann hello?
        ann? /ping quiet | PING quiet => Pong: quiet | PONG
        -- limit
        ann> /block n{1..200}!*@* | SILENCE +n{1..200}!*@*
        ann! /block more!*@* | SILENCE +more!*@* => limit is 200 | 511
        -- refused
        ann! /block ann | SILENCE +ann => You cannot block yourself | FAIL SILENCE REFUSED
    "),
    scene("announce", &["Announce"], "
        ann> /announce fire drill until 10:00 | ANNOUNCE :fire drill until 10:00
        bob< 09:14 !!!1 ann: fire drill until 10:00
        carol< hallway/announcement=1
        carol< !!!1 fire drill
        ann> /announce #lobby cake | ANNOUNCE #lobby :cake
        bob< 09:14 !!!2 ann: cake
        carol< NOTICE #lobby :!!!2 cake
        bob? /announcements => cake
        carol? ANNOUNCE LIST => cake
        -- refused
        config [announcements]
        config who = \"operators\"
        ann! /announce a | ANNOUNCE :a => Only operators can announce | 481
        operator ann
        ann> /announce a | ANNOUNCE :a
        carol< !!!1 a
        -- refused
        bob> /join #desk
        bob> /mode +n
        ann! /announce #desk a | ANNOUNCE #desk :a => Only people inside | 404
        -- limit
        ann> /announce one | ANNOUNCE :one
        ann> /announce two | ANNOUNCE :two
        ann! /announce three | ANNOUNCE :three => often enough | FAIL ANNOUNCE RATE_LIMITED
        wait 300
        ann> /announce three | ANNOUNCE :three
        bob< three
    "),
    scene("announce for those who are away", &["Announce"], "
        hallway remembers
        carol> PRIVMSG NickServ :REGISTER secret
        ann> /register secret | PRIVMSG NickServ :REGISTER secret
        carol> QUIT
        ann? /announce fire drill | ANNOUNCE :fire drill => kept for those who are away | kept for those who are away
        ann? /rollcall 1 | ANNOUNCE ROLLCALL 1 => not seen: carol | not seen: carol
        irc dave
        dave> PRIVMSG NickServ :IDENTIFY carol secret
        dave< !!!1 [09:14] fire drill
        ann? /rollcall 1 | ANNOUNCE ROLLCALL 1 => seen: bob, dave | seen: bob, dave
        -- refused
        hallway remembers
        carol> PRIVMSG NickServ :REGISTER secret
        carol> QUIT
        ann? /announce fire drill | ANNOUNCE :fire drill => not kept for those who are away | not kept for those who are away
        irc dave
        dave^ PRIVMSG NickServ :IDENTIFY carol secret => fire drill
    "),
    scene("see the announcements", &["Announcements"], "
        bob> /announce fire drill
        ann? /announcements | ANNOUNCE LIST => fire drill | fire drill
        bob> /join #desk
        bob> /announce #desk not for ann
        ann? /announcements | ANNOUNCE LIST => fire drill | fire drill
    "),
    scene("acknowledge one", &["Acknowledge"], "
        bob> /announce fire drill
        ann? /ack 1 | ANNOUNCE ACK 1 => 1 of 2 | 1 of 2
        bob? /rollcall 1 => acknowledged: ann
        -- refused
        ann! /ack 9 | ANNOUNCE ACK 9 => No announcement 9 | FAIL ANNOUNCE NO_SUCH_ANNOUNCEMENT
        ann> /announce mine | ANNOUNCE :mine
        ann! /ack 1 | ANNOUNCE ACK 1 => Announcement 1 is yours | FAIL ANNOUNCE OWN_ANNOUNCEMENT
    "),
    scene("call the roll", &["RollCall"], "
        ann> /announce fire drill | ANNOUNCE :fire drill
        bob> /ack 1
        ann? /rollcall 1 | ANNOUNCE ROLLCALL 1 => acknowledged: bob | acknowledged: bob
        ann< seen: carol | seen: carol
        -- refused
        bob> /announce fire drill
        ann! /rollcall 1 | ANNOUNCE ROLLCALL 1 => is not yours | FAIL ANNOUNCE NOT_YOUR_ANNOUNCEMENT
    "),
    scene("withdraw one", &["Withdraw"], "
        ann> /announce fire drill | ANNOUNCE :fire drill
        ann> /withdraw 1 | ANNOUNCE WITHDRAW 1
        bob< * Announcement 1 was withdrawn by ann.
        carol< hallway/withdrawn=1
        bob? /announcements => No announcement is in force
        -- refused
        bob> /announce fire drill
        ann! /withdraw 1 | ANNOUNCE WITHDRAW 1 => is not yours | FAIL ANNOUNCE NOT_YOUR_ANNOUNCEMENT
    "),
    scene("see who is in a channel", &["Who", "Names"], "
        bob> /join #desk
        ann? /who #desk | WHO #desk => bob (operator) | 352 ann #desk user
        ann? /who #desk | NAMES #desk => bob (operator) | :@bob
        -- refused
        bob> /join #secret
        bob> /mode +s
        ann! /who #secret | - => There is no channel | -
        ann? - | WHO #secret => - | 315
        ann? - | NAMES #secret => - | 366
    "),
    scene("see who is here", &["Who", "Find"], "
        irc dan
        ann? /who | WHO * => dan | dan
        dan> MODE dan +i
        ann? /who | WHO * => 3 people | 315
    "),
    scene("find somebody", &["Find"], "
        ann? /who b* | WHO b* => bob | bob
        ann? /who bob | WHO bob => bob | bob
    "),
    scene("know about somebody", &["Whois"], "
        bob> /away At lunch
        ann? /whois bob | WHOIS bob => bob: away | 301 ann bob :At lunch
        ann< in #lobby | 319 ann bob :#lobby
        -- refused
        ann! /whois eve | WHOIS eve => Nobody called eve | 401
    "),
    scene("know when somebody was here", &["Whowas"], "
        irc dan
        dan> QUIT
        ann? /seen dan | WHOWAS dan => dan was here until | 314 ann dan
        -- refused
        ann! /seen eve | WHOWAS eve => Nobody called eve | 406
        -- limit
        irc dan
        dan> QUIT
        bob> /nick b{1..500}
        ann! /seen dan | WHOWAS dan => Nobody called dan | 406
    "),
    scene("see the channels", &["List"], "
        bob> /join #desk
        bob> /topic Tulips
        ann? /list | LIST => #desk (1 person): Tulips | 322 ann #desk 1 :Tulips
        ann? /list desk | LIST *desk* => 1 channel | 322 ann #desk
        ann? /list >2 | LIST >2 => #lobby (3 people) | 322 ann #lobby 3
        -- refused
        bob> /join #secret
        bob> /mode +s
        ann? /list secret | LIST #secret => No channel | 323
        bob> /mode -s+p
        ann? /list secret | LIST #secret => No channel | 323
    "),
    scene("read what was said", &[], "
        hallway remembers
        bob> the printer is broken
        ann? /history | CHATHISTORY LATEST #lobby * 20 => bob: the printer is broken | the printer is broken
        bob> /join #desk
        bob> at the desk
        ann? /history #desk 1 | CHATHISTORY LATEST #desk * 1 => bob: at the desk | at the desk
        -- refused
        hallway remembers
        bob> /join #desk
        bob> at the desk
        bob> /mode +i
        ann! /history #desk | CHATHISTORY LATEST #desk * 1 => You are not in #desk | FAIL CHATHISTORY INVALID_TARGET
        bob> /mode -i+b ann
        ann! /history #desk | CHATHISTORY LATEST #desk * 1 => You are banned | FAIL CHATHISTORY INVALID_TARGET
        ann! /history #nowhere | CHATHISTORY LATEST #nowhere * 1 => There is no channel | FAIL CHATHISTORY INVALID_TARGET
        -- limit
        hallway remembers
        bob> line one
        bob> line {2..101}
        ann^ - | CHATHISTORY LATEST #lobby * 101 => - | line one
        ann! /history 101 | CHATHISTORY LATEST #lobby * 0 => at most 100 lines | INVALID_PARAMS
    "),
    scene("find what was said", &[], "
        hallway remembers
        bob> the printer is broken
        bob> lunch is at noon
        ann? /search PRINT | SEARCH text=PRINT => bob: the printer is broken | the printer is broken
        ann^ /search printer from bob in #lobby | SEARCH text=printer;from=bob;in=#lobby => lunch | lunch
        -- refused
        hallway remembers
        bob> /join #desk
        bob> at the desk
        bob> /mode +b ann
        ann! /search desk in #desk | SEARCH text=desk;in=#desk => You are banned | FAIL SEARCH INVALID_PARAMS
        ann^ /search desk | SEARCH text=desk => at the desk | at the desk
    "),
    scene("read the topic", &["Topic"], "
        bob> /topic Tulips
        ann? /topic | TOPIC #lobby => Tulips | 332 ann #lobby :Tulips
        -- refused
        bob> /join #secret
        bob> /mode +s
        ann! /topic #secret | TOPIC #secret => There is no channel | 403
    "),
    scene("set the topic", &["Topic"], "
        ann> /topic Tulips | TOPIC #lobby :Tulips
        bob< * ann set the topic of #lobby: Tulips
        carol< TOPIC #lobby :Tulips
        bob? /topic => Tulips
        ann> /topic - | TOPIC #lobby :
        bob< * ann cleared the topic of #lobby.
        -- refused
        bob> /join #desk
        ann! /topic #desk Tulips | TOPIC #desk :Tulips => You are not in #desk | 442
        bob> /mode +t
        ann> /join #desk | JOIN #desk
        ann! /topic #desk Tulips | TOPIC #desk :Tulips => Only operators of #desk | 482
        -- limit
        ann% /topic {x*301} | TOPIC #lobby :{x*301} => at most 300 bytes | {x*300}
    "),
    scene("ask somebody in", &["Invite"], "
        ann> /join #desk | JOIN #desk
        ann> /mode +i | MODE #desk +i
        ann> /invite bob #desk | INVITE bob #desk
        bob< * ann invites bob to #desk: /join #desk
        ann> /invite carol #desk | INVITE carol #desk
        carol< INVITE carol #desk
        bob? /join #desk => You are in #desk
        carol> JOIN #desk
        bob< * carol joined #desk.
        -- refused
        bob> /join #desk
        ann! /invite carol #desk | INVITE carol #desk => You are not in #desk | 442
        ann> /join #desk | JOIN #desk
        bob> /mode +i
        ann! /invite carol #desk | INVITE carol #desk => Only operators of #desk | 482
        ann! /invite bob #desk | INVITE bob #desk => - | 482
        -- limit
        ann> /join #desk | JOIN #desk
        ann> /mode +i | MODE #desk +i
        ann> /invite bob #desk | INVITE bob #desk
        irc w{1..100}
        ann> /invite w{1..100} #desk | INVITE w{1..100} #desk
        bob? /join #desk => Only those who are invited
        w100> JOIN #desk
        ann< w100 joined #desk | JOIN #desk
    "),
    scene("see where one is asked in", &["Invitations"], "
        bob> /join #desk
        bob> /invite ann #desk
        ann? /invitations | INVITE => #desk | 336 ann #desk
    "),
    scene("ask to be let in", &["Knock"], "
        bob> /join #desk
        bob> /mode +i
        ann> /knock #desk | KNOCK #desk
        bob< * ann knocks at #desk
        carol> JOIN #garden
        carol> MODE #garden +i
        ann> /knock #garden | KNOCK #garden
        carol< 710
        -- refused
        bob> /join #desk
        ann! /knock #desk | KNOCK #desk => is open to you | 713
        bob> /ban ann
        ann! /knock #desk | KNOCK #desk => You are banned | 474
    "),
    scene("put somebody out", &["Kick"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /kick bob roses | KICK #desk bob :roses
        bob< * bob was put out of #desk by ann (roses).
        carol< KICK #desk bob :roses
        -- refused
        bob> /join #desk
        carol> JOIN #desk
        ann> /join #desk | JOIN #desk
        ann! /kick carol | KICK #desk carol => Only operators of #desk | 482
        bob> /halfop ann
        bob> /halfop carol
        ann! /kick carol | KICK #desk carol => carol runs #desk like you | 482
        -- limit
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann% /kick bob {x*161} | KICK #desk bob :{x*161} => at most 160 bytes | {x*160}
    "),
    scene("keep somebody out", &["Ban", "SetModes", "Kick"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /ban bob | MODE #desk +b bob
        ann> - | KICK #desk bob
        bob? /join #desk => You are banned
        carol? MODE #desk b => bob!*@*
        ann> /unban bob | MODE #desk -b bob
        carol< MODE #desk -b bob!*@*
        bob? /join #desk => You are in #desk
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        ann! /ban bob | MODE #desk +b bob => Only operators of #desk | 482
        -- limit
        ann> /join #desk | JOIN #desk
        ann> /ban n{1..100} | MODE #desk +b n{1..100}
        ann! /ban more | MODE #desk +b more => limit is 100 | 478
    "),
    scene("mute somebody", &["SetModes"], "
        ann> /join #desk | JOIN #desk
        carol> JOIN #desk
        bob> /join #desk
        ann> /mute bob | MODE #desk +b m:bob
        bob< * ann muted bob in #desk.
        carol< MODE #desk +b m:bob!*@*
        bob? hello => You are muted
        ann> /unmute bob | MODE #desk -b m:bob
        bob< * ann unmuted bob in #desk.
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        ann! /mute bob | MODE #desk +b m:bob => Only operators of #desk | 482
        -- limit
        ann> /join #desk | JOIN #desk
        ann> /mute n{1..100} | MODE #desk +b m:n{1..100}
        ann! /mute more | MODE #desk +b m:more => limit is 100 | 478
    "),
    scene("exempt from bans, invite for good", &["SetModes"], "
        ann> /join #desk | JOIN #desk
        carol> JOIN #desk
        ann> /mode +b *!*@* | MODE #desk +b *!*@*
        ann> /mode +e bob | MODE #desk +e bob
        carol< MODE #desk +e bob!*@*
        bob? /join #desk => You are in #desk
        bob> /leave
        ann> /mode +i-b *!*@* | MODE #desk +i-b *!*@*
        bob? /join #desk => Only those who are invited
        ann> /mode +I bob | MODE #desk +I bob
        carol< MODE #desk +I bob!*@*
        bob? /join #desk => You are in #desk
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        ann! /mode +e ann | MODE #desk +e ann => Only operators of #desk | 482
        ann! /mode +I ann | MODE #desk +I ann => Only operators of #desk | 482
        -- limit
        ann> /join #desk | JOIN #desk
        ann> /mode +e n{1..100} | MODE #desk +e n{1..100}
        ann! /mode +I more | MODE #desk +I more => limit is 100 | 478
    "),
    scene("see the lists", &["Modes", "Masks"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        ann> /mode +beI n1 n2 n3 | MODE #desk +beI n1 n2 n3
        ann? /mode | MODE #desk b => banned: n1 | n1!*@*
        ann? /mode | MODE #desk e => exempt from bans: n2 | n2!*@*
        ann? /mode | MODE #desk I => invited for good: n3 | n3!*@*
        bob? /mode => banned: n1
        carol? MODE #desk b => n1!*@*
        -- refused
        bob> /join #desk
        bob> /mode +beI n1 n2 n3
        ann? /mode #desk | MODE #desk b => banned: n1 | n1!*@*
        ann^ /mode #desk | MODE #desk e => n2 | n2
        ann^ /mode #desk | MODE #desk I => n3 | n3
        bob? /mode => invited for good: n3
    "),
    scene("see the modes", &["Modes"], "
        bob> /join #desk
        bob> /mode +tk tulip
        ann? /mode #desk | MODE #desk => there is a key | 324 ann #desk +tk *
        ann> /join #desk tulip | JOIN #desk tulip
        ann? /mode #desk | MODE #desk => the key is tulip | 324 ann #desk +tk tulip
        -- refused
        bob> /mode +s
        ann> /leave #desk | PART #desk
        ann! /mode #desk | MODE #desk => There is no channel | 403
    "),
    scene("change the modes", &["SetModes"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /mode +tk tulip | MODE #desk +tk tulip
        bob< * ann set the key of #desk: tulip
        carol< MODE #desk +tk tulip
        ann> /mode -k+l tulip 5 | MODE #desk -k+l tulip 5
        bob< * ann limited #desk to 5 people.
        ann> /mode +CPimnpsu | MODE #desk +CPimnpsu
        bob< * ann set +u on #desk
        ann> /mode -CPimnpsul | MODE #desk -CPimnpsul
        carol< MODE #desk -CPimnpsul
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        ann! /mode +t | MODE #desk +t => Only operators of #desk | 482
        ann> /mode #desk | MODE #desk
        -- limit
        ann> /join #desk | JOIN #desk
        ann! /mode +k {x*24} | MODE #desk +k {x*24} => at most 23 bytes | 525
    "),
    scene("keep a channel", &["SetModes"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /keep | MODE #desk +P
        bob< * ann set +P on #desk
        carol< MODE #desk +P
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        bob> /halfop ann
        ann! /keep | MODE #desk +P => Only operators of #desk | 482
        bob> /op ann
        bob> /mode +i
        ann! /keep | MODE #desk +P => invite-only | FAIL MODE INVITE_ONLY
        -- limit
        irc k0 k1 k2 k3 k4 k5 k6 k7 k8 k9
        k0> JOIN #k0-{1..100}
        k1> JOIN #k1-{1..100}
        k2> JOIN #k2-{1..100}
        k3> JOIN #k3-{1..100}
        k4> JOIN #k4-{1..100}
        k5> JOIN #k5-{1..100}
        k6> JOIN #k6-{1..100}
        k7> JOIN #k7-{1..100}
        k8> JOIN #k8-{1..100}
        k9> JOIN #k9-{1..100}
        k0> MODE #k0-{1..100} +P
        k1> MODE #k1-{1..100} +P
        k2> MODE #k2-{1..100} +P
        k3> MODE #k3-{1..100} +P
        k4> MODE #k4-{1..100} +P
        k5> MODE #k5-{1..100} +P
        k6> MODE #k6-{1..100} +P
        k7> MODE #k7-{1..100} +P
        k8> MODE #k8-{1..100} +P
        k9> MODE #k9-{1..100} +P
        ann> /join #desk | JOIN #desk
        ann! /keep | MODE #desk +P => limit is 1000 | FAIL MODE TOO_MANY
    "),
    scene("keep a channel for good", &["SetModes"], "
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        bob> /register pencil
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /keep | MODE #desk +P
        bob< * ann set +P on #desk
        carol< MODE #desk +P
        ann> /op bob | MODE #desk +o bob
        bob> /leave
        ann? /keep | MODE #desk +P => kept for ann; operators whenever they come: bob | CHANNEL_KEPT #desk
        ann? /op -bob | MODE #desk -o bob => bob is an operator of #desk no more | OPERATOR_RETIRED #desk bob
        ann> /op carol | MODE #desk +o carol
        ann> /leave | PART #desk
        ann> /join #desk | JOIN #desk
        carol< MODE #desk +o ann
        ann> /keep off | MODE #desk -P
        carol< MODE #desk -P
        -- refused
        hallway remembers
        ann> /join #desk | JOIN #desk
        ann! /keep | MODE #desk +P => Only people with an account | FAIL MODE ACCOUNT_REQUIRED
        bob> /register pencil
        bob> /join #desk
        ann> /op bob | MODE #desk +o bob
        bob> /keep
        ann! /keep off | MODE #desk -P => kept for bob | FAIL MODE NOT_FOUNDER
        -- limit
        hallway remembers
        ann> /register pencil | NICKSERV REGISTER pencil
        ann> /join #d{1..20} | JOIN #d{1..20}
        ann> /keep #d{1..20} | MODE #d{1..20} +P
        ann> /join #desk | JOIN #desk
        ann! /keep | MODE #desk +P => limit is 20 channels | FAIL MODE TOO_MANY
    "),
    scene("give a rank", &["Promote", "SetModes"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /voice bob | MODE #desk +v bob
        bob< * ann gave bob a voice in #desk.
        carol< MODE #desk +v bob
        ann> /halfop bob | MODE #desk +h bob
        bob< * ann made bob a half-operator of #desk.
        ann> /op carol | MODE #desk +o carol
        carol< MODE #desk +o carol
        ann> /voice -bob | MODE #desk -v bob
        carol< MODE #desk -v bob
        -- refused
        bob> /join #desk
        carol> JOIN #desk
        ann> /join #desk | JOIN #desk
        ann! /voice carol | MODE #desk +v carol => Only operators of #desk | 482
        bob> /halfop ann
        ann! /halfop carol | MODE #desk +h carol => Only operators of #desk | 482
        ann! /op carol | MODE #desk +o carol => Only operators of #desk | 482
        ann> /voice carol | MODE #desk +v carol
        bob< * ann gave carol a voice in #desk.
    "),
    scene("rename a channel", &["RenameChannel"], "
        ann> /join #desk | JOIN #desk
        bob> /join #desk
        carol> JOIN #desk
        ann> /rename #desk #garden tulips | RENAME #desk #garden :tulips
        bob< * ann renamed #desk: it is #garden now (tulips).
        carol< RENAME #desk #garden :tulips
        -- refused
        bob> /join #desk
        ann> /join #desk | JOIN #desk
        bob> /halfop ann
        ann! /rename #desk #garden | RENAME #desk #garden => Only operators of #desk | 482
        bob> /op ann
        ann! /rename #desk #lobby | RENAME #desk #lobby => There is a channel #lobby | FAIL RENAME CHANNEL_NAME_IN_USE
        operator ann
        ann! /rename #lobby #hall | RENAME #lobby #hall => keeps its name | FAIL RENAME CANNOT_RENAME
        -- limit
        ann> /join #desk | JOIN #desk
        ann! /rename #desk #{x*50} | RENAME #desk #{x*50} => more than 50 bytes | FAIL RENAME CANNOT_RENAME
    "),
    scene("put somebody off the server", &["Kill"], "
        operator ann
        irc dan
        dan> JOIN #lobby
        ann> /kill dan roses | KILL dan :roses
        bob< * dan has gone (put off the server by ann: roses).
        carol< QUIT :put off the server by ann: roses
        ann> /kill bob | KILL bob
        bob< * ann has put you off the server.
        -- refused
        ann! /kill bob | KILL bob => Only operators of the server | 481
        operator ann
        ann! /kill ann | KILL ann => You cannot kill yourself | 483
        -- limit
        operator ann
        ann% /kill bob {x*161} | KILL bob :{x*161} => at most 160 bytes | {x*160}
    "),
    scene("tell those who want to know", &["Wallops"], "
        operator ann
        bob> /self +w
        carol> MODE carol +w
        ann> /wallops the server ends at noon | WALLOPS :the server ends at noon
        bob< * ann to all who want to know: the server ends at noon
        carol< WALLOPS :the server ends at noon
        operator bob
        bob> /wallops {x*2000}end
        carol< xend
        -- refused
        ann! /wallops a | WALLOPS :a => Only operators of the server | 481
        -- limit
        operator ann
        ann! /wallops {x*4097} | WALLOPS :{x*510} => longer than 4096 bytes | 417
    "),
    scene("become an operator of the server", &[], "
        config [[operator]]
        config name = \"boss\"
        config verifier = \"{verifier}\"
        config host = \"staff.office\"
        ann> /oper boss secret | OPER boss secret
        ann> /self | MODE ann
        ann< +o | +o
        bob? /whois ann => an operator of this server
        carol? WHOIS ann => 313
        carol? WHOIS ann => staff.office
        -- refused
        config [[operator]]
        config name = \"boss\"
        config verifier = \"{verifier}\"
        ann! /oper boss guess | OPER boss guess => no operator's name and password | 464
        ann! /oper nobody secret | OPER nobody secret => no operator's name and password | 464
    "),
    scene("have the configuration read again", &[], "
        operator ann
        ann? /rehash | REHASH => The configuration is being read | 382
        -- refused
        ann! /rehash | REHASH => Only operators of the server | 481
    "),
    scene("read the message of the day", &[], "
        config motd = \"{root}/LICENSE-MIT\"
        ann? /motd | MOTD => MIT License | MIT License
        -- refused
        ann! /motd | MOTD => There is no message of the day | 422
    "),
    scene("know what server this is", &[], "
        config admin = [\"Ann Example\"]
        ann? /about | VERSION => hallway | hallway
        ann? /about | ADMIN => Ann Example | Ann Example
        ann? /about | INFO => chat.office | hallway
    "),
    scene("know the commands", &[], "
        ann? /help | HELP => /join | JOIN
        ann? /help join | HELP join => enter a channel | enter channels
        -- refused
        ann! /help jion | HELP jion => is not a command | 524
    "),
    scene("be answered in order", &[], "
        ann? /ping done | PING done => * Pong: done | PONG chat.office :done
    "),
    scene("see one's sessions", &[], "
        ann? /sessions | SESSIONS => You have 1 session: | You have 1 session:
        ann? /sessions | SESSIONS => (this one) | (this one)
    "),
    scene("end another session", &[], "
        -- refused
        ann! /signout 1 | SIGNOUT 1 => That is this session | That is this session
        ann! /signout 7 | SIGNOUT 7 => You have no session 7 | You have no session 7
    "),
    scene("leave the server", &[], "
        ann> /quit for today | QUIT :for today
        bob< * ann has gone (for today).
        carol< QUIT :Quit: for today
        bob? /who => 2 people
        -- limit
        ann% /quit {x*161} | QUIT :{x*161} => at most 160 bytes | {x*160}
    "),
];
