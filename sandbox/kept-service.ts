import { type RunningService, type ServiceOptions, startService } from './service.ts';

/** The one service of a neighbourhood, through its restarts: its clock does not go back when its process ends. */
export interface KeptService {
  current(): RunningService;
  advance(seconds: number): Promise<void>;
  /** Stops it where it runs, does something meanwhile, and starts it again on the ledger that is there. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

export async function keepService(options: ServiceOptions): Promise<KeptService> {
  let ahead = 0;
  let service = await startService(options);
  return {
    current: () => service,
    advance: async (seconds) => {
      ahead += seconds;
      await service.advance(seconds);
    },
    restart: async (meanwhile) => {
      await service.stop();
      await meanwhile?.();
      service = await startService({ ...options, ahead });
    },
    stop: () => service.stop(),
  };
}
