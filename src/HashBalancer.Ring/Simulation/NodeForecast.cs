namespace HashBalancer.Ring;

/// <summary>What becomes of one node by a simulated change.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="WeightBefore">Its weight on the ring that is; null: it is no member.</param>
/// <param name="WeightAfter">Its weight on the ring that would be; null: it is no member any more.</param>
/// <param name="ShareBefore">The part of the key space that it owns, 0 to 1, overrides included.</param>
/// <param name="ShareAfter">The part that it would own.</param>
public sealed record NodeForecast(string Id, double? WeightBefore, double? WeightAfter, double ShareBefore, double ShareAfter);
