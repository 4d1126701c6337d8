namespace HashBalancer.Control;

/// <summary>Collects faults of options, each with key path, value and what is allowed.</summary>
internal sealed class OptionFaults(string section)
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Check(string key, object value, bool holds, string allowed)
    {
        if (!holds)
            Add(key, value, $"allowed are {allowed}");
    }

    public void Add(string key, object value, string rule) => _all.Add(FormattableString.Invariant($"{section}:{key}: is '{value}'; {rule}."));

    public void CheckTime(string key, TimeSpan value, TimeSpan least, TimeSpan most) => Check(key, value, value >= least && value <= most, $"{least} to {most}");
}
