using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>A frequent key.</summary>
/// <param name="Hash">The key's hash.</param>
/// <param name="Count">Its requests, each faded by age; never below the true number.</param>
/// <param name="Error">By how much <paramref name="Count"/> may be above it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HotKey(ulong Hash, double Count, double Error)
{
    /// <summary>Requests that are certain: what promotes a key.</summary>
    public double Certain => Count - Error;
}
