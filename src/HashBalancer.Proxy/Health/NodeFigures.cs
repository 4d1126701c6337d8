using System.Runtime.InteropServices;

namespace HashBalancer.Proxy;

/// <summary>What one node did since the last look.</summary>
/// <param name="Requests">How many requests ended.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="Latency">The moving average of those that did not.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeFigures(long Requests, long Failed, TimeSpan Latency)
{
    public double SuccessRate => 1 - ((double)Failed / Requests);
}
