/** The types that columns have in SQLite and PostgreSQL alike; SQLite stores a boolean as 1 or 0. */
type StoredAs = 'text' | 'bigint' | 'integer' | 'double precision' | 'boolean';

/** One column of a table of the ledger. `T` is the type of its values in TypeScript. */
export interface Column<T> {
  readonly storedAs: StoredAs;
  readonly isNullable: boolean;
  readonly constraint?: 'primary key' | 'unique' | 'references identities';
  /** The value in a new row. Absent: each new row must be given one. */
  readonly blank?: T;
  /** True: an erased identity has the blank value again. */
  readonly isForgotten?: boolean;
  /** The migration that adds the column. Absent: the first one. */
  readonly since?: string;
}

/** A column that a new row need not be given. */
export interface BlankColumn<T> extends Column<T> {
  readonly blank: T;
}

/** A column that returns to its blank value when the identity is erased. */
export interface ForgottenColumn<T> extends BlankColumn<T> {
  readonly isForgotten: true;
}

/** The columns of a table by their names, camelCase; the database has them in snake_case. */
export type Columns = Readonly<Record<string, Column<unknown>>>;

/** A row of the table. The doc comments of the columns are those of its members. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never };

type KeysOf<C extends Columns, Kind> = { [K in keyof C]: C[K] extends Kind ? K : never }[keyof C];

/** The columns that a new row need not be given. */
export type BlanksOf<C extends Columns> = Pick<RowOf<C>, KeysOf<C, BlankColumn<unknown>>>;

/** The columns that return to their blank values when the identity is erased. */
export type ForgottenOf<C extends Columns> = Pick<RowOf<C>, KeysOf<C, ForgottenColumn<unknown>>>;

/** Text: an id, or one of a union of words. */
export function text<T extends string = string>(): Column<T> {
  return { storedAs: 'text', isNullable: false };
}

export function textOrNull<T extends string = string>(): BlankColumn<T | null> {
  return { storedAs: 'text', isNullable: true, blank: null };
}

/** A time in epoch milliseconds. */
export function time(): Column<number> {
  return { storedAs: 'bigint', isNullable: false };
}

export function timeOrNull(): BlankColumn<number | null> {
  return { storedAs: 'bigint', isNullable: true, blank: null };
}

/** A whole number below 2³¹. */
export function integer(): Column<number> {
  return { storedAs: 'integer', isNullable: false };
}

/** A whole number that starts with 0 and stays below 2³¹. */
export function count(): BlankColumn<number> {
  return initially(0, integer());
}

/** A whole number that starts with 0 and is raised for the whole life of the row; may exceed 2³². The service raises it, not the database. */
export function counter(): BlankColumn<number> {
  return { storedAs: 'bigint', isNullable: false, blank: 0 };
}

/** Such a number, or null. */
export function counterOrNull(): BlankColumn<number | null> {
  return { storedAs: 'bigint', isNullable: true, blank: null };
}

/** Any number. */
export function real(): Column<number> {
  return { storedAs: 'double precision', isNullable: false };
}

export function realOrNull(): BlankColumn<number | null> {
  return { storedAs: 'double precision', isNullable: true, blank: null };
}

/** False in a new row. */
export function flag(): BlankColumn<boolean> {
  return { storedAs: 'boolean', isNullable: false, blank: false };
}

/** Gives a column the value that a new row has. */
export function initially<T>(blank: T, column: Column<T>): BlankColumn<T> {
  return { ...column, blank };
}

/** Marks a column that returns to its blank value when the identity is erased. */
export function forgotten<T>(column: BlankColumn<T>): ForgottenColumn<T> {
  return { ...column, isForgotten: true };
}

/** The primary key: text. */
export function primaryKey<T extends string = string>(): Column<T> {
  return { ...text<T>(), constraint: 'primary key' };
}

/** The id of a row of `identities`. */
export function identityReference(): Column<string> {
  return { ...text(), constraint: 'references identities' };
}

/** Lets each value other than null be in one row only. */
export function unique<T>(column: BlankColumn<T>): BlankColumn<T> {
  return { ...column, constraint: 'unique' };
}

/**
 * Marks a column that a later migration adds (docs/development.md#how-to-add-something).
 * @param migration its name in `ledger/database/migrations.ts`
 */
export function since<C extends BlankColumn<unknown>>(migration: string, column: C): C {
  return { ...column, since: migration };
}

/** The names of a table's columns, in the order of their definition. */
export function namesOf<C extends Columns>(columns: C): (keyof C & string)[] {
  return Object.keys(columns).filter((name): name is keyof C & string => name in columns);
}

type IsWanted = (column: Column<unknown>) => boolean;

function isComplete<Row extends object>(row: object, names: readonly string[]): row is Row {
  return names.every((name) => name in row);
}

/** The compiler cannot follow a loop over names, so the result is checked. */
function blankRow<Row extends object>(columns: Columns, isWanted: IsWanted): Row {
  const wanted = Object.entries(columns).filter(([, column]) => isWanted(column));
  const row: object = Object.fromEntries(wanted.map(([name, { blank }]) => [name, blank]));
  const names = wanted.map(([name]) => name);
  if (!isComplete<Row>(row, names)) throw new Error(`no blank row with ${names.join(', ')}`);
  return row;
}

/** Returns the values of a new row that the caller need not give. */
export function blanksOf<C extends Columns>(columns: C): BlanksOf<C> {
  return blankRow<BlanksOf<C>>(columns, (column) => 'blank' in column);
}

/** Returns the values that an erased identity gets. */
export function forgottenOf<C extends Columns>(columns: C): ForgottenOf<C> {
  return blankRow<ForgottenOf<C>>(columns, (column) => column.isForgotten === true);
}
