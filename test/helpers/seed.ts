import fc from 'fast-check';

// The same cases in every run, so that a failure is a change's doing; FC_SEED draws others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_123) });
