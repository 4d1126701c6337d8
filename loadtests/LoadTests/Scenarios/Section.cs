using System.Text.Json;

namespace HashBalancer.LoadTests.Scenarios;

/// <summary>
/// One JSON object of a scenario file, read member by member. What is wrong is added to a shared list with the member's path,
/// its value and what is allowed, and reading goes on with a stand-in, so that one run shows every error.
/// </summary>
internal sealed class Section
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<string> _errors;

    public Section(JsonElement element, string path, List<string> errors)
    {
        Path = path;
        _errors = errors;
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value))
                errors.Add($"{At(member.Name)}: given twice");
        }
    }

    /// <summary>Where the section stands in the file, as in <c>steps[0].headers</c>; empty for the file itself.</summary>
    public string Path { get; }

    /// <summary>The members' names in the order of the file, asked for or not.</summary>
    public IEnumerable<string> Names => _members.Keys;

    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>Counts a member as known without reading it.</summary>
    public void Know(string name) => _asked.Add(name);

    public void Error(string name, string problem) => _errors.Add($"{At(name)}: {problem}");

    /// <summary>A string member; <paramref name="fallback"/> when it is left out, an error when there is no fallback.</summary>
    public string Text(string name, string? fallback = null)
    {
        if (!TryGet(name, fallback is null, out JsonElement value))
            return fallback ?? "";
        if (value.ValueKind == JsonValueKind.String && (value.GetString()!.Length > 0 || fallback?.Length == 0))
            return value.GetString()!;
        Refuse(name, value, fallback?.Length == 0 ? "a string" : "a string that is not empty");
        return fallback ?? "";
    }

    public double Number(string name, double min, double max, double? fallback = null)
    {
        if (!TryGet(name, fallback is null, out JsonElement value))
            return fallback ?? max;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= min && number <= max)
            return number;
        Refuse(name, value, $"a number from {min:R} to {max:R}");
        return fallback ?? max;
    }

    public long Whole(string name, long min, long max, long? fallback = null)
    {
        if (!TryGet(name, fallback is null, out JsonElement value))
            return fallback ?? max;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= min && number <= max)
            return number;
        Refuse(name, value, $"a whole number from {min} to {max}");
        return fallback ?? max;
    }

    public TimeSpan Duration(string name, TimeSpan min, TimeSpan max, TimeSpan? fallback = null)
    {
        if (!TryGet(name, fallback is null, out JsonElement value))
            return fallback ?? max;
        if (value.ValueKind == JsonValueKind.String && Durations.TryParse(value.GetString()!, out TimeSpan duration) &&
            duration >= min && duration <= max)
        {
            return duration;
        }

        Refuse(name, value, $"{Durations.Allowed}, from {Durations.Text(min)} to {Durations.Text(max)}");
        return fallback ?? max;
    }

    public bool Flag(string name, bool fallback)
    {
        if (!TryGet(name, required: false, out JsonElement value))
            return fallback;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse(name, value, "true or false");
        return fallback;
    }

    /// <summary>The member that names one of some kinds, as <c>load.simulation</c> does; null when it names none.</summary>
    public T? Kind<T>(string name, IReadOnlyDictionary<string, T> kinds, string? fallback = null) where T : class
    {
        string written = Text(name, fallback);
        if (written.Length == 0)
            return null;
        if (kinds.TryGetValue(written, out T? kind))
            return kind;
        Error(name, $"\"{written}\" is none of {Listing(kinds.Keys)}{NearestName.Hint(written, kinds.Keys)}");
        return null;
    }

    /// <summary>A member that is an object; null when it is left out or no object.</summary>
    public Section? Object(string name, bool required)
    {
        if (!TryGet(name, required, out JsonElement value))
            return null;
        if (value.ValueKind == JsonValueKind.Object)
            return new Section(value, At(name), _errors);
        Refuse(name, value, "an object");
        return null;
    }

    /// <summary>A member that is a list of objects, with at least <paramref name="least"/> of them.</summary>
    public List<Section> Objects(string name, int least)
    {
        var sections = new List<Section>();
        if (!TryGet(name, least > 0, out JsonElement value))
            return sections;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() < least)
        {
            Refuse(name, value, least == 0 ? "a list of objects" : $"a list of at least {least} object{(least == 1 ? "" : "s")}");
            return sections;
        }

        foreach ((int index, JsonElement item) in value.EnumerateArray().Index())
        {
            if (item.ValueKind == JsonValueKind.Object)
                sections.Add(new Section(item, $"{At(name)}[{index}]", _errors));
            else
                Refuse($"{name}[{index}]", item, "an object");
        }

        return sections;
    }

    /// <summary>Reports every member that nobody asked for. Call it last.</summary>
    public void Close()
    {
        foreach (string name in _members.Keys.Where(name => !_asked.Contains(name)))
            Error(name, $"is no setting here{NearestName.Hint(name, _asked)}; known are {Listing(_asked)}");
    }

    public static string Listing(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    private bool TryGet(string name, bool required, out JsonElement value)
    {
        _asked.Add(name);
        if (_members.TryGetValue(name, out value))
            return true;
        if (required)
            Error(name, "is missing");
        return false;
    }

    private void Refuse(string name, JsonElement value, string allowed) =>
        Error(name, $"{value.GetRawText()} is not allowed; it must be {allowed}");

    private string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
