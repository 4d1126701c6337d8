namespace HashBalancer.Gateway.Tls;

/// <summary>Puts a certificate that changed on disk into force, without a restart and without a connection lost.</summary>
/// <remarks>Compared once a second, as configuration files are, and for the same reasons: links that are swapped, writes half done.</remarks>
internal sealed class CertificateReloader(CertificateFiles certificate, TimeProvider time, ILogger<CertificateReloader> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string tried = certificate.Fingerprint();
        string before = tried;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            string now = certificate.Fingerprint();
            if (now == before && now != tried)
            {
                tried = now;
                Reload();
            }

            before = now;
        }
    }

    private void Reload()
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
    }
}
