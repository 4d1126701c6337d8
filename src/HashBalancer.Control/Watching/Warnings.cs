namespace HashBalancer.Control;

/// <summary>Collects what is odd about an answer, one line each, naming the instance or service.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class Warnings
{
    private List<string>? _lines;

    public IReadOnlyList<string> Lines => _lines is null ? [] : _lines;

    /// <summary>Adds a line about an instance.</summary>
    public void Add(string? serviceId, string what) => Add($"instance '{ForeignText.Shown(serviceId)}': {what}");

    public void Add(string line) => (_lines ??= []).Add(line);

    public void Add(IReadOnlyList<string> lines)
    {
        if (lines.Count > 0)
            (_lines ??= []).AddRange(lines);
    }
}
