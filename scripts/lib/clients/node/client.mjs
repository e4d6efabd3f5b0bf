// irc-framework as a client: does what standard input says, prints what it is told.
//
// Usage: client.mjs PORT NICK, in a folder where irc-framework is installed
// The words of both are in ../library.py.

import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { Client } = require('irc-framework');
const [port, nick] = process.argv.slice(2);
const channels = new Map();
const tell = (...words) => console.log(words.join(' '));

const client = new Client();
client.connect({
  host: '127.0.0.1', port: Number(port), nick, username: 'node', gecos: 'A Node library',
  auto_reconnect: false,
});

client.on('registered', () => tell('welcomed'));
client.on('privmsg', ({ target, nick, message }) =>
  target.startsWith('#') ? tell('said', target, nick, message) : tell('told', nick, message));
client.on('action', ({ target, nick, message }) => tell('acted', target, nick, message));
client.on('notice', ({ target, nick, message }) => tell('noticed', target, nick || 'server', message));
client.on('join', ({ channel, nick }) => tell('joined', channel, nick));
client.on('part', ({ channel, nick, message }) => tell('left', channel, nick, message));
client.on('quit', ({ nick, message }) => tell('gone', nick, message));
client.on('nick', ({ nick, new_nick }) => tell('renamed', nick, new_nick));
client.on('topic', ({ channel, nick, topic }) => tell('topic', channel, nick || 'server', topic));
client.on('mode', ({ target, nick, raw_modes, raw_params }) =>
  tell('mode', target, nick, raw_modes, ...raw_params));
client.on('userlist', ({ channel }) => tell('listed', channel));
client.on('away', ({ self, nick, message }) => self ? tell('marked') : tell('away', nick, message));
client.on('back', ({ self, nick }) => self || tell('back', nick));
client.on('users online', ({ nicks }) => nicks.forEach((nick) => tell('online', nick)));
client.on('users offline', ({ nicks }) => nicks.forEach((nick) => tell('offline', nick)));
client.on('irc error', (error) => tell('error', JSON.stringify(error)));
client.on('unknown command', ({ command, params }) => tell('other', command, ...params));
client.on('close', () => process.exit());

const verbs = {
  join: (channel) => channels.set(channel, client.channel(channel)),
  leave: (channel, text) => client.part(channel, text),
  say: (to, text) => client.say(to, text),
  act: (to, text) => client.action(to, text),
  away: (...words) => client.raw('AWAY', words.join(' ').trim()),
  back: () => client.raw('AWAY'),
  watch: (nick) => client.addMonitor(nick),
  topic: (channel, text) => client.setTopic(channel, text),
  mode: (channel, text) => client.mode(channel, ...text.split(' ')),
  rename: (nick) => client.changeNick(nick),
  raw: (...words) => client.raw(words.join(' ')),
  quit: (...words) => client.quit(words.join(' ').trim()),
  names: (channel) => {
    const names = channels.get(channel).users.map(
      ({ nick, modes }) => (modes.includes('o') ? '@' : '') + nick);
    tell('names', channel, ...names.sort());
  },
};

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const [verb, to, ...text] = line.split(' ');
  verbs[verb](to, text.join(' '));
});
input.on('close', () => process.exit());
