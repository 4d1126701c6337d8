namespace HashBalancer.Gateway.Hosting;

/// <summary>A host's lifetime that hears no signals: the command that runs the process does, and stops its servers in their order.</summary>
/// <remarks>The one that hosts have otherwise takes SIGTERM for itself and tells every server's requests at once that it stops, before the drain delay.</remarks>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
