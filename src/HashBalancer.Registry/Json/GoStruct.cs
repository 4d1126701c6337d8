using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>How a JSON object fills a T: names ignore case, null leaves the default, an unknown name is refused as Go's decoder refuses it.</summary>
/// <param name="goType">What Go calls the type when the JSON value is not an object.</param>
/// <param name="acceptsUnknown">Whether unknown names are skipped.</param>
internal sealed class GoStruct<T>(string goType, bool acceptsUnknown = false)
    where T : new()
{
    private readonly Dictionary<string, Action<T, GoValue>> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the body of a request: its first JSON value.</summary>
    /// <exception cref="GoJsonException">It is malformed or does not fit.</exception>
    public T Read(ReadOnlySpan<byte> body) => Read(GoJsonReader.Read(body), "");

    /// <summary>Reads a value; null gives a T with all its defaults.</summary>
    public T Read(GoValue value, string field)
    {
        var target = new T();
        if (value.IsNull)
            return target;
        if (value.Kind != GoKind.Object)
            throw value.Mismatch(field, goType);
        foreach ((string name, GoValue member) in value.Members)
        {
            if (_fields.TryGetValue(name, out Action<T, GoValue>? set))
                set(target, member);
            else if (!acceptsUnknown)
                throw new GoJsonException($"json: unknown field \"{name}\"");
        }

        return target;
    }

    public GoStruct<T> Field(string name, Action<T, GoValue> set)
    {
        _fields.Add(name, (target, value) =>
        {
            if (!value.IsNull)
                set(target, value);
        });
        return this;
    }

    public GoStruct<T> Text(string name, Action<T, string> set) => Field(name, (target, value) => set(target, value.AsString(name)));

    public GoStruct<T> Flag(string name, Action<T, bool> set) => Field(name, (target, value) => set(target, value.AsBool(name)));

    public GoStruct<T> Number(string name, Action<T, int> set) => Field(name, (target, value) => set(target, value.AsInt(name)));

    public GoStruct<T> Index(string name, Action<T, ulong> set) => Field(name, (target, value) => set(target, value.AsUInt64(name)));

    public GoStruct<T> Strings(string name, Action<T, IReadOnlyList<string>> set) =>
        Field(name, (target, value) => set(target, value.AsStrings(name)!));

    /// <summary>A duration: Go's form, or a number of nanoseconds.</summary>
    public GoStruct<T> Duration(string name, Action<T, GoDuration> set) => Field(name, (target, value) => set(target, ReadDuration(name, value)));

    /// <summary>An object read by another struct's rules.</summary>
    public GoStruct<T> Nested<TInner>(string name, GoStruct<TInner> inner, Action<T, TInner> set)
        where TInner : new() =>
        Field(name, (target, value) => set(target, inner.Read(value, name)));

    /// <summary>An array of objects read by another struct's rules.</summary>
    public GoStruct<T> List<TInner>(string name, GoStruct<TInner> inner, string innerGoType, Action<T, IReadOnlyList<TInner>> set)
        where TInner : new() =>
        Field(name, (target, value) =>
        {
            if (value.Kind != GoKind.Array)
                throw value.Mismatch(name, innerGoType);
            set(target, [.. value.Items.Select(item => inner.Read(item, name))]);
        });

    private static GoDuration ReadDuration(string name, GoValue value) => value.Kind switch
    {
        GoKind.String => GoDuration.TryParse(value.Text, out GoDuration parsed, out string? error) ? parsed : throw new GoJsonException(error!),
        GoKind.Number when long.TryParse(value.Text, out long nanoseconds) => new GoDuration(nanoseconds),
        GoKind.Number when double.TryParse(value.Text, out double fractional) && Math.Abs(fractional) < long.MaxValue =>
            new GoDuration((long)fractional),
        _ => throw value.Mismatch(name, "time.Duration"),
    };
}
