import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { addEnvFiles, sayEnvFiles, sayHidden } from '../../../webhook/config/env-files.ts';
import { ConfigError, type Environment } from '../../../webhook/config/problem.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'env-files-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function envFile(text: string): string {
  const path = join(folder(), '.env');
  writeFileSync(path, text);
  return path;
}

/** The environment after these texts were read as `.env` files, the first one first. */
function environmentOf(shell: Environment, ...texts: string[]): Environment {
  const env = { ...shell };
  addEnvFiles(env, texts.map(envFile));
  return env;
}

describe('.env files', () => {
  it('a variable of the shell wins over every .env, and the first .env over the second', () => {
    const [first, second] = ['A=first\nB=first\n', 'A=second\nB=second\nC=second\n'];
    expect(environmentOf({ A: 'shell' }, first, second)).toEqual({ A: 'shell', B: 'first', C: 'second' });
  });

  it('an empty variable of the shell wins too: it counts as absent in the configuration', () => {
    expect(environmentOf({ A: '' }, 'A=file')).toEqual({ A: '' });
  });

  it('a variable of the shell wins over a file that is named for it, and the other way round', () => {
    expect(environmentOf({ A: 'shell' }, 'A_FILE=/a')).toEqual({ A: 'shell' });
    expect(environmentOf({ A_FILE: '/a' }, 'A=file')).toEqual({ A_FILE: '/a' });
    expect(environmentOf({ A: '' }, 'A_FILE=/a')).toEqual({ A: '', A_FILE: '/a' });
  });

  it('a variable and its *_FILE in one .env are both there, so that the configuration refuses them', () => {
    expect(environmentOf({}, 'A=1\nA_FILE=/a')).toEqual({ A: '1', A_FILE: '/a' });
  });

  it('quotes, comments and several lines are read as Node reads them', () => {
    expect(environmentOf({}, '# a comment\nA="x # y" # z\nexport B=2\nC="1\n2"\n')).toEqual({
      A: 'x # y',
      B: '2',
      C: '1\n2',
    });
  });

  it('the .env of the working directory comes first, then the one beside server.ts', () => {
    const away = folder();
    const spy = vi.spyOn(process, 'cwd').mockReturnValue(away);
    onTestFinished(() => spy.mockRestore());
    const { read, missing } = addEnvFiles({});
    const beside = fileURLToPath(new URL('../../../webhook/.env', import.meta.url));
    expect([...read, ...missing].sort()).toEqual([join(away, '.env'), beside].sort());
  });

  it('a variable that an earlier .env hides is named with both files, and no value of it', () => {
    const [first, second] = [envFile('A=first\nB=same\nC_FILE=/c\nD=\n'), envFile('A=second\nB=same\nC=c\nD=d\nE=\n')];
    const said = sayHidden(addEnvFiles({}, [first, second]));
    expect(said).toEqual([`In ${second} these do not apply, because ${first} has another value: A, C, D.`]);
  });

  it('what the shell hides is meant: nothing is said of it', () => {
    expect(sayHidden(addEnvFiles({ A: 'shell' }, [envFile('A=first'), envFile('A=second')]))).toEqual([]);
  });

  it('NO_ENV_FILE ignores every .env', () => {
    expect(environmentOf({ NO_ENV_FILE: '1' }, 'A=file')).toEqual({ NO_ENV_FILE: '1' });
  });

  it('a .env that exists and cannot be read is an error that names it', () => {
    const path = join(folder(), '.env');
    mkdirSync(path);
    expect(() => addEnvFiles({}, [path])).toThrow(ConfigError);
    expect(() => addEnvFiles({}, [path])).toThrow(`${path}: expected a file that this process can read`);
    const locked = envFile('A=1');
    chmodSync(locked, 0);
    // The superuser reads every file.
    if (process.getuid?.() !== 0) expect(() => addEnvFiles({}, [locked])).toThrow('EACCES');
  });
});

describe('what is said about .env files', () => {
  it('the files that were read are named in their order', () => {
    const [first, second] = [envFile('A=1'), envFile('B=1')];
    const said = sayEnvFiles(addEnvFiles({}, [first, '/nowhere/.env', second]));
    expect(said).toBe(`Read: the environment, then ${first}, then ${second}. What comes first wins.`);
  });

  it('the places are named where there is no file', () => {
    const said = sayEnvFiles(addEnvFiles({}, ['/nowhere/.env', '/neither/.env']));
    expect(said).toBe('Read: the environment alone, because there is no /nowhere/.env and no /neither/.env.');
  });

  it('NO_ENV_FILE is named where it is set', () => {
    expect(sayEnvFiles(addEnvFiles({ NO_ENV_FILE: '1' }))).toBe(
      'Read: the environment alone, because NO_ENV_FILE is set.',
    );
  });
});
