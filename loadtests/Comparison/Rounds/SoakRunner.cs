using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Rounds;

/// <summary>Saturates one proxy for long and watches its memory.</summary>
internal sealed class SoakRunner(IClient client, Workload workload, TimeProvider time)
{
    private const int Samples = 120;

    public async Task<SoakResult> Run(RunningPeer peer, TimeSpan duration, CancellationToken cancellation)
    {
        int pid = peer.Pid ?? throw new InvalidOperationException($"{peer.Peer.Name} has no process to watch.");
        var samples = new List<MemorySample>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long start = time.GetTimestamp();
        long? allocatedBefore = peer.Allocations?.Bytes;
        Task watching = Watch();
        Saturation saturation = await client.Saturate(peer.Url, workload, duration, cancellation);
        await ended.CancelAsync();
        await watching;
        return SoakResult.Of(peer.Peer.Name, saturation.Requests, saturation.Failed, peer.Allocations?.Bytes - allocatedBefore, samples);

        async Task Watch()
        {
            using var timer = new PeriodicTimer(duration / Samples, time);
            try
            {
                while (await timer.WaitForNextTickAsync(ended.Token))
                    samples.Add(new MemorySample(time.GetElapsedTime(start).TotalSeconds, ProcessUsage.Of(pid).ResidentBytes));
            }
            catch (OperationCanceledException)
            {
                // The load is over, and so is the watch.
            }
        }
    }
}
