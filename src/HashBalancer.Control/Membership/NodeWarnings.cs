namespace HashBalancer.Control;

/// <summary>Collects what is odd about the instances of one answer, one line each, naming the instance.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class NodeWarnings
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string? serviceId, string what) => _lines.Add($"instance '{ForeignText.Shown(serviceId)}': {what}");
}
