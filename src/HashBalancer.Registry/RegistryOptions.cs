using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Registry;

/// <summary>How the embedded registry runs. Defaults are those of a Consul agent in development mode.</summary>
public sealed class RegistryOptions
{
    /// <summary>The IP address and port to listen on, <c>127.0.0.1:8500</c> by default; port 0 takes a free one.</summary>
    public string Listen { get; set; } = "127.0.0.1:8500";

    /// <summary>The name of the one node, the machine's name by default. 1 to 128 characters without spaces.</summary>
    public string NodeName { get; set; } = Environment.MachineName;

    /// <summary>The datacenter's name, <c>dc1</c> by default: lower-case letters, digits, - and _.</summary>
    public string Datacenter { get; set; } = "dc1";

    /// <summary>The least time between two probes of an HTTP or TCP check, whatever its registration asks for: 1 s by default, 100 ms at least.</summary>
    public TimeSpan CheckIntervalFloor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether waiting health queries behave, and say they come, from Consul's streaming backend (the default) or from its classic one.
    /// The classic one waits up to a sixteenth longer than asked.</summary>
    public bool UseStreamingBackend { get; set; } = true;

    /// <summary>The token that callers need for everything; none by default: access control is off. Not together with <see cref="TokenFile"/>.</summary>
    public string? Token { get; set; }

    /// <summary>A file whose first line is the token; none by default.</summary>
    public string? TokenFile { get; set; }

    /// <summary>
    /// The file that a restart takes services, keys, sessions and policies from; none by default: a restart begins empty. It is written about
    /// every second in which something changed and when the registry stops; only its owner can read it.
    /// </summary>
    public string? SnapshotFile { get; set; }

    /// <summary>Checks all options.</summary>
    /// <returns>One line per fault, naming the option, its value and what is allowed; empty when all are valid.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (!IPEndPoint.TryParse(Listen, out IPEndPoint? end) || !HasPort(Listen, end))
            faults.Add($"Listen: '{Listen}' is not an IP address and a port, such as 127.0.0.1:8500 or [::1]:0");
        if (NodeName is not { Length: > 0 and <= 128 } || NodeName.Any(char.IsWhiteSpace))
            faults.Add($"NodeName: '{NodeName}' must have 1 to 128 characters and no spaces");
        if (Datacenter is not { Length: > 0 and <= 64 } || Datacenter.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_')))
            faults.Add($"Datacenter: '{Datacenter}' must have 1 to 64 of a-z, 0-9, - and _");
        if (CheckIntervalFloor < TimeSpan.FromMilliseconds(100) || CheckIntervalFloor > TimeSpan.FromHours(1))
            faults.Add($"CheckIntervalFloor: {CheckIntervalFloor} must be from 00:00:00.1 to 01:00:00");
        if (Token is not null && TokenFile is not null)
            faults.Add("Token and TokenFile: only one of them can be set");
        if (Token is { } token && (token.Length is 0 or > 256 || token.Any(c => c is < '!' or > '~')))
            faults.Add("Token: must have 1 to 256 printable ASCII characters and no spaces");
        if (TokenFile is not null && !File.Exists(TokenFile))
            faults.Add($"TokenFile: '{TokenFile}' does not exist");
        if (SnapshotFile is not null && (SnapshotFile.Length == 0 || Directory.Exists(SnapshotFile)))
            faults.Add($"SnapshotFile: '{SnapshotFile}' must name a file");
        return faults;
    }

    /// <summary>The token in force, or null.</summary>
    /// <exception cref="ArgumentException">The token file holds none.</exception>
    internal string? ReadToken()
    {
        if (TokenFile is null)
            return Token;
        string first = File.ReadLines(TokenFile).FirstOrDefault("").Trim();
        return first.Length > 0 ? first : throw new ArgumentException($"TokenFile: '{TokenFile}' has no token in its first line");
    }

    internal IPEndPoint EndPoint => IPEndPoint.Parse(Listen);

    private static bool HasPort(string text, IPEndPoint end) =>
        text.EndsWith((end.AddressFamily == AddressFamily.InterNetworkV6 ? "]:" : ":") + end.Port, StringComparison.Ordinal);
}
