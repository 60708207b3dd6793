import type { Visitor } from '../kratos/client/flows.ts';
import type { Answer } from '../kratos/client/loopback.ts';
import type { Stack } from '../stack/start.ts';
import { newPerson, type Person } from './person.ts';
import { type TwilioMessage, twilioControl } from './twilio-control.ts';

/** A customer of the demo's bank, who is verified and has a phone. */
export interface Customer extends Person {
  readonly number: string;
  /** The messages on their phone, oldest first. */
  messages(): Promise<TwilioMessage[]>;
  /** Fills in the bank's form and presses a button. Returns the page of the service. */
  send(
    button: 'Send money' | 'Send money by a signed link',
    fields?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Presses a button of a page, and follows where it leads. */
  press(page: Answer, button: string, fields?: Readonly<Record<string, string>>): Promise<Answer>;
}

let customers = 0;

/** A number that no other customer of this process has. */
export function newNumber(): string {
  customers += 1;
  return `+49152${String(customers).padStart(8, '0')}`;
}

/** Signs a customer up, has them verified by Jumio, and has their number confirmed by the bank. */
export async function newCustomer(stack: Stack, visitor: Partial<Visitor> = {}): Promise<Customer> {
  const person = await newPerson(stack, visitor);
  await person.choose(await person.goToJumio(), { outcome: 'pass' });
  await person.waitFor({ status: 'approved' });
  return customerOf(stack, person);
}

/** Has the number of a verified person confirmed by the bank. */
export async function customerOf(stack: Stack, person: Person): Promise<Customer> {
  const { browser } = person;
  const number = newNumber();
  const form = () => browser.get(`${stack.appUrl}/send`);
  const press: Customer['press'] = (page, button, fields) => browser.press(page, button, fields, { follow: true });
  await press(await form(), 'Confirm this number', { phone: number });
  return {
    ...person,
    number,
    messages: async () => {
      if (stack.twilioUrl === undefined) throw new Error('this stack has no payments');
      return twilioControl(stack.twilioUrl).messagesTo(number);
    },
    send: async (button, fields) => press(await form(), button, fields),
    press,
  };
}
