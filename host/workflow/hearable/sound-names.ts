/**
 * Where a hearable's sound may come from and go to, by the names that are typed.
 * Which board has what is left to microphone.ts.
 */
export const AUDIO_SOURCES = ["serial", "microphone"] as const;
export const AUDIO_OUTPUTS = ["serial", "i2s", "pwm"] as const;
