/**
 * Where a hearable's sound may come from and go to, by the names that are typed.
 * Which board has what is left to microphone.ts.
 */
export const AUDIO_SOURCES = ["serial", "microphone"] as const;
/** What a board has of its own beside its microphone, by the names of its file's parts. */
export const OWN_OUTPUTS = ["i2s", "pwm"] as const;
export type OwnOutput = (typeof OWN_OUTPUTS)[number];
export const AUDIO_OUTPUTS = ["serial", ...OWN_OUTPUTS] as const;
export type AudioOutput = (typeof AUDIO_OUTPUTS)[number];
