// What no interface can do, done in the host's database; infra/test-clients says where it is.
import { execFileSync } from 'node:child_process';

/** Returns what the statement returned, as text. */
export const inDatabase = (sql) => execFileSync('psql', ['-qXAt', '-h', process.env.MANA_PSQL_HOST, '-U', 'postgres', '-d', process.env.MANA_PSQL_DATABASE, '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' }).trim();
