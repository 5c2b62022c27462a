// Installs language packages in a fresh Piston, which has none: node install.js LANGUAGE…
// The newest version that the Piston knows of each; what is there already stays. Runs on the Node of Piston's own image.
const http = require('http');

const PISTON = process.env.PISTON_URL || 'http://piston:2000';
const DEADLINE_MS = 15 * 60 * 1000;

function call(method, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${PISTON}/api/v2/packages`,
      { method, headers: { 'Content-Type': 'application/json' }, timeout: DEADLINE_MS },
      response => {
        let text = '';
        response.on('data', chunk => { text += chunk; });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

function newest(packages) {
  const numbers = one => one.language_version.split('.').map(Number);
  return packages.sort((a, b) => {
    const [x, y] = [numbers(a), numbers(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
  }).pop();
}

async function install(language, all) {
  const known = all.filter(one => one.language === language);
  if (known.length === 0) {
    throw new Error(`this Piston knows no package ${language}`);
  }
  if (known.some(one => one.installed)) {
    return;
  }
  const { language_version: version } = newest(known);
  const { status, text } = await call('POST', { language, version });
  if (status !== 200) {
    throw new Error(`${language} ${version}: ${status} ${text}`);
  }
  console.log(`installed ${language} ${version}`);
}

(async () => {
  const { status, text } = await call('GET');
  if (status !== 200) {
    throw new Error(`the list of packages: ${status} ${text}`);
  }
  for (const language of process.argv.slice(2)) {
    await install(language, JSON.parse(text));
  }
})().catch(failure => {
  console.error(`install.js: ${failure.message}`);
  process.exit(1);
});
