using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Peers;

/// <summary>Starts this executable again in one of its roles.</summary>
internal static class OwnProcess
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>Starts it on a core and waits for the addresses that it serves.</summary>
    public static async Task<(ChildProcess Process, string[] Addresses)> Start(
        string name, int core, string[] arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null)
    {
        ChildProcess process = CpuAffinity.On(
            core, () => ChildProcess.Start(name, "dotnet", [typeof(OwnProcess).Assembly.Location, .. arguments], environment: environment));
        try
        {
            return (process, await process.WaitForLine(Role.AddressesIn, StartLimit, cancellation));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
