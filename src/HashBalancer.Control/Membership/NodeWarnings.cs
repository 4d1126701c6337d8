namespace HashBalancer.Control;

/// <summary>Collects what is odd about instances, one line each, naming the instance.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class NodeWarnings
{
    private List<string>? _lines;

    public IReadOnlyList<string> Lines => _lines is null ? [] : _lines;

    public void Add(string? serviceId, string what) => (_lines ??= []).Add($"instance '{ForeignText.Shown(serviceId)}': {what}");

    public void Add(IReadOnlyList<string> lines)
    {
        if (lines.Count > 0)
            (_lines ??= []).AddRange(lines);
    }
}
