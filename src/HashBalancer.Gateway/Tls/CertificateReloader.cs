using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Tls;

/// <summary>Puts a certificate that changed on disk into force, without a restart and without a connection lost.</summary>
internal sealed class CertificateReloader(CertificateFiles certificate, TimeProvider time, ILogger<CertificateReloader> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        SettledChanges.FollowAsync(certificate.Fingerprint, Reload, time, stoppingToken);

    private Task Reload()
    {
        try
        {
            certificate.Reload();
            logger.LogInformation("The changed certificate is in force: {Certificate}", certificate.Description);
        }
        catch (Exception e) when (CertificateFiles.IsUnusable(e))
        {
            logger.LogError("The changed certificate cannot be used and is refused; the one in force stays: {Reason}", e.Message);
        }

        return Task.CompletedTask;
    }
}
