using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>How a request is written.</summary>
internal enum AccessLogFormat
{
    /// <summary>Not at all.</summary>
    Off,

    /// <summary>NCSA's common log format.</summary>
    Common,

    /// <summary>The common one with referrer and user agent.</summary>
    Combined,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>As <see cref="AccessLogOptions.Template"/> says.</summary>
    Template,
}

/// <summary>The log of every request. Configuration section <c>HashBalancer:AccessLog</c>.</summary>
internal sealed class AccessLogOptions
{
    private const string Section = $"{HashBalancerOptions.Section}:AccessLog";

    /// <summary>How a request is written; default not at all.</summary>
    public AccessLogFormat Format { get; set; } = AccessLogFormat.Off;

    /// <summary>The line, with names in braces.</summary>
    public string? Template { get; set; }

    /// <summary>Where to; none: standard output.</summary>
    public string? File { get; set; }

    /// <summary>Bytes after which a file is put aside and a new one begun; 0: never.</summary>
    public long MaxFileBytes { get; set; } = 100L << 20;

    /// <summary>Files put aside that are kept.</summary>
    public int KeepFiles { get; set; } = 7;

    /// <summary>Lines that may wait to be written.</summary>
    public int QueueLength { get; set; } = 8192;

    /// <summary>Checks every member: one message for each fault.</summary>
    public IEnumerable<string> Validate()
    {
        if (Format == AccessLogFormat.Template && string.IsNullOrEmpty(Template))
            yield return $"{Section}:Template: is missing; with Format Template it must be the line, such as '{{client}} {{method}} {{target}} {{status}} {{node}}'.";
        if (Template is not null && Format != AccessLogFormat.Template)
            yield return $"{Section}:Template: is given, but counts for nothing: Format is {Format}, not Template.";
        if (Template is not null && LineTemplate.FaultOf(Template) is { } fault)
            yield return $"{Section}:Template: {fault}";
        if (MaxFileBytes is not (0 or (>= 4096 and <= 1L << 40)))
            yield return $"{Section}:MaxFileBytes: is '{MaxFileBytes}'; allowed are 0 and 4096 to {1L << 40}.";
        if (KeepFiles is < 0 or > 1000)
            yield return $"{Section}:KeepFiles: is '{KeepFiles}'; allowed are 0 to 1000.";
        if (QueueLength is < 16 or > 1_000_000)
            yield return $"{Section}:QueueLength: is '{QueueLength}'; allowed are 16 to 1000000.";
    }
}
