using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Logs the warnings of a watch's answers, each once for as long as it holds.</summary>
/// <remarks>Not thread-safe: one per watch.</remarks>
internal sealed class WarningLog(string subject, ILogger logger)
{
    // Enough to see what is wrong; a service of thousands of malformed instances must not flood the log.
    private const int MostLines = 20;
    private HashSet<string> _standing = new(StringComparer.Ordinal);

    public void Report(IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0 && _standing.Count == 0)
            return;
        string[] fresh = [.. warnings.Where(w => !_standing.Contains(w)).Distinct(StringComparer.Ordinal)];
        foreach (string warning in fresh.Take(MostLines))
            logger.LogWarning(new EventId(2034, "InstanceWarning"), "{Subject}: {Warning}", subject, warning);
        if (fresh.Length > MostLines)
            logger.LogWarning(new EventId(2035, "InstanceWarningsCut"), "{Subject}: {Count} more warnings of this kind", subject, fresh.Length - MostLines);
        _standing = [.. warnings];
    }
}
