// A real Apache with Debian's mod_auth_openidc in front of one page. Nothing of the system's own configuration is read.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuer } from './mana.mjs';

/** Where the packages are unpacked; empty: installed. */
const root = process.env.MANA_APACHE ?? '';
const program = `${root}/usr/sbin/apache2`;
const modules = `${root}/usr/lib/apache2/modules`;

export class Apache {
  static async start({ port, clientId, secret }) {
    if (!existsSync(program) || !existsSync(`${modules}/mod_auth_openidc.so`))
      throw new Error('Apache with mod_auth_openidc is missing; install it (Debian: apache2-bin libapache2-mod-auth-openidc) or say in MANA_APACHE where it is unpacked');
    const apache = new Apache();
    apache.folder = await mkdtemp(join(tmpdir(), 'mana-apache-'));
    await chmod(apache.folder, 0o755);
    await mkdir(join(apache.folder, 'secure'));
    const file = join(apache.folder, 'secure', 'page.html');
    await writeFile(file, 'the protected page');
    // A page of last year, as most are: a browser may keep it for a tenth of its age (RFC 9111, 4.2.2) unless it is told not to.
    await utimes(file, new Date(2025, 0, 1), new Date(2025, 0, 1));
    await writeFile(join(apache.folder, 'httpd.conf'), `
ServerRoot "${apache.folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile "${apache.folder}/pid"
ErrorLog "${apache.folder}/error.log"
LogLevel warn
DocumentRoot "${apache.folder}"
${['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'auth_openidc'].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${process.getuid() === 0 ? 'User nobody\nGroup nogroup' : ''}
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${secret}
OIDCRedirectURI http://127.0.0.1:${port}/secure/redirect_uri
OIDCDefaultLoggedOutURL http://127.0.0.1:${port}/bye
OIDCCryptoPassphrase a-passphrase-of-this-test-alone
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
<Location "/secure">
  AuthType openid-connect
  Require valid-user
  Header set X-Remote-User "expr=%{REMOTE_USER}"
  Header set Cache-Control no-store
</Location>
`);
    apache.process = spawn(program, ['-f', join(apache.folder, 'httpd.conf'), '-D', 'FOREGROUND'], {
      env: { ...process.env, LD_LIBRARY_PATH: `${root}/usr/lib/x86_64-linux-gnu:${root}/usr/lib/aarch64-linux-gnu` }, stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    apache.process.stderr.on('data', (text) => { said += text; });
    for (let attempt = 0; attempt < 100; attempt++) {
      if (apache.process.exitCode !== null) throw new Error(`apache2 ended: ${said}`);
      try { await fetch(`http://127.0.0.1:${port}/`); return apache; } catch { await new Promise((resolve) => setTimeout(resolve, 100)); }
    }
    throw new Error(`apache2 does not answer: ${said}`);
  }

  log() { return readFile(join(this.folder, 'error.log'), 'utf8'); }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
