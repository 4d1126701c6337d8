using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Configuration;

/// <summary>How the gateway stops and is replaced, checked.</summary>
/// <param name="HandoverSocket">The Unix socket over which a successor takes the listening sockets; null: none does.</param>
/// <param name="DrainDelay">How long it serves on while it says that it is not ready.</param>
/// <param name="DrainTime">How long requests in flight may take then.</param>
internal sealed record StopConfiguration(string? HandoverSocket, TimeSpan DrainDelay, TimeSpan DrainTime)
{
    private const int LongestPath = 90;

    /// <summary>The longest that both may be together: whoever ends the process must wait as long.</summary>
    public static TimeSpan Longest => LongestDelay + LongestTime;

    private static TimeSpan LongestDelay { get; } = TimeSpan.FromMinutes(10);

    private static TimeSpan LongestTime { get; } = TimeSpan.FromHours(1);

    public static StopConfiguration Read(string section, ProxyOptions options, List<ConfigurationError> errors)
    {
        string key = $"{section}:{nameof(options.HandoverSocket)}";
        if (options.HandoverSocket is { } path && (!Path.IsPathRooted(path) || path.Length > LongestPath))
            errors.Add(new(key, FormattableString.Invariant($"is '{path}', but must be an absolute path of up to {LongestPath} characters.")));
        // Sockets of .NET's own may be shut down, for every process that has them, when one of these closes them in the middle of an accept.
        if (options.HandoverSocket is not null && !options.Io.HasLoops())
            errors.Add(new(key, $"needs {section}:Io to be {IoMode.IoUring} or {IoMode.Epoll}, which is {options.Io}."));
        if (options.DrainDelay < TimeSpan.Zero || options.DrainDelay > LongestDelay)
            errors.Add(new($"{section}:{nameof(options.DrainDelay)}", $"is '{options.DrainDelay}'; allowed are 00:00:00 to {LongestDelay}."));
        if (options.DrainTime < TimeSpan.Zero || options.DrainTime > LongestTime)
            errors.Add(new($"{section}:{nameof(options.DrainTime)}", $"is '{options.DrainTime}'; allowed are 00:00:00 to {LongestTime}."));
        return new(options.HandoverSocket, options.DrainDelay, options.DrainTime);
    }
}
