namespace HashBalancer.Ring;

/// <summary>What came of warming a node before clients' requests come to it.</summary>
/// <param name="For">The node as it stood in the snapshot: one that comes again is warmed again.</param>
/// <param name="Sent">Requests sent.</param>
/// <param name="Failed">Of these, those without a usable answer.</param>
/// <param name="IsDone">Whether no more are to come.</param>
public sealed record WarmUp(Node For, int Sent, int Failed, bool IsDone);
