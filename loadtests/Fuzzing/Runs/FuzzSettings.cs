namespace HashBalancer.Fuzzing.Runs;

/// <summary>What a run does.</summary>
/// <param name="Seed">Repeats every byte that is sent.</param>
/// <param name="First">Number of the first damaged exchange.</param>
/// <param name="Count">How many damaged exchanges; a sound one follows each fourth.</param>
/// <param name="Workers">How many clients at once.</param>
/// <param name="Limit">Longer a run must not take.</param>
internal sealed record FuzzSettings(int Seed, long First, long Count, int Workers, TimeSpan Limit)
{
    /// <summary>How long an exchange may take before it counts as one that never ends; far more than a busy machine needs.</summary>
    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    /// <summary>Whether two exchanges, as messages name them, are the same worker's: what a client left over on its own connection is no other's.</summary>
    public bool AreOneClients(long exchange, long other) => (exchange / 2 - other / 2) % Workers == 0;

    /// <summary>The chance of one exchange, the same whenever and wherever it is drawn.</summary>
    public Random RandomOf(long exchange) => new(unchecked((int)(((ulong)exchange + 1) * 0x9e3779b97f4a7c15 >> 32) ^ (Seed * 0x2545f491)));
}
