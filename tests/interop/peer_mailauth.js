#!/usr/bin/env node
// mailauth as a peer: questions as lines of JSON on standard input, answers on standard output.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');

let library;
try {
	const home = path.resolve(process.argv[3], 'node_modules/mailauth/lib/dkim');
	library = { verify: require(home + '/verify').dkimVerify, sign: require(home + '/sign').dkimSign };
} catch (error) {
	process.exit(77);
}
const zone = JSON.parse(fs.readFileSync(process.argv[2], 'ascii'));
const names = 'from:to:subject:date:message-id:mime-version:content-type:list-unsubscribe';

const resolver = async name => {
	const record = zone[name.toLowerCase()];
	if (record !== undefined) {
		return [[record]];
	}
	const error = new Error('no such name');
	error.code = 'ENOTFOUND';
	throw error;
};

async function answer(ask) {
	const mail = fs.readFileSync(ask.file);
	if (ask.op === 'verify') {
		const found = await library.verify(mail, { resolver });
		return { results: found.results.map(result => result.status.result) };
	}
	const made = await library.sign(mail, {
		canonicalization: `${ask.header}/${ask.body}`,
		headerList: names,
		signatureData: [{ signingDomain: 'e.test', selector: ask.selector, privateKey: fs.readFileSync(ask.key, 'ascii'),
			algorithm: ask.type === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256' }],
	});
	return { field: made.signatures.trimEnd() + '\r\n' };
}

(async () => {
	for await (const line of readline.createInterface({ input: process.stdin })) {
		let said;
		try {
			said = await answer(JSON.parse(line));
		} catch (error) {
			said = { error: String(error) };
		}
		process.stdout.write(JSON.stringify(said) + '\n');
	}
})();
