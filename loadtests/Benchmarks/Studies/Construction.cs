namespace HashBalancer.Benchmarks;

/// <summary>A way to give keys to nodes, as the study compares it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="PointsPerNode">Points, or table entries, per node.</param>
/// <param name="Shares">The part of the key space of each node of a set of ids.</param>
/// <param name="Owner">Makes the function from hash to node for a set of ids, to count moved keys with.</param>
internal sealed record Construction(string Name, int PointsPerNode, Func<string[], double[]> Shares, Func<string[], Func<ulong, int>> Owner);
