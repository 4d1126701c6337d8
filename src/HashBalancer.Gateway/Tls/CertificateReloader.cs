using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Tls;

/// <summary>Puts certificates that changed on disk into force, without a restart and without a connection lost.</summary>
internal sealed class CertificateReloader(ServerTls tls, TimeProvider time, ILogger<CertificateReloader> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(tls.Sources().Select(source => SettledChanges.FollowAsync(source.Fingerprint, () => Reload(source.Reload), time, stoppingToken)));

    private Task Reload(Func<string> reload)
    {
        try
        {
            logger.LogInformation(new EventId(4010, "CertificateInForce"), "The changed certificate is in force: {Certificate}", reload());
        }
        catch (Exception e) when (CertificateFiles.IsUnusable(e))
        {
            logger.LogError(new EventId(4011, "CertificateRefused"), "The changed certificate cannot be used and is refused; the one in force stays: {Reason}", e.Message);
        }

        return Task.CompletedTask;
    }
}
