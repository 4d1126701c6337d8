namespace HashBalancer.Gateway.Hosting;

/// <summary>The least levels that are logged: those of the configuration, and those that were changed while running, which win.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LogLevels
{
    /// <summary>Categories that can be changed; each makes every look-up of a new category's level a little longer.</summary>
    public const int Most = 100;

    private const string Prefix = "LogLevel:";
    private readonly IConfiguration _configured;
    private readonly Changes _changes = new();
    private readonly Lock _gate = new();

    public LogLevels(IConfiguration logging)
    {
        _configured = logging;
        Section = new ConfigurationBuilder().AddConfiguration(logging).Add(_changes).Build();
    }

    /// <summary>What the loggers read, and follow.</summary>
    public IConfiguration Section { get; }

    /// <summary>By the configuration.</summary>
    public IReadOnlyDictionary<string, string> Configured =>
        _configured.GetSection("LogLevel").GetChildren().Where(one => one.Value is not null).ToDictionary(one => one.Key, one => one.Value!, StringComparer.OrdinalIgnoreCase);

    /// <summary>Changed while running.</summary>
    public IReadOnlyDictionary<string, string> Changed
    {
        get
        {
            lock (_gate)
                return _changes.All.ToDictionary(one => one.Key[Prefix.Length..], one => one.Value!, StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>Logs a category, and those below it, from a level on; false when too many have been changed.</summary>
    public bool TrySet(string category, LogLevel level)
    {
        lock (_gate)
        {
            if (_changes.All.Count >= Most && !_changes.All.ContainsKey(Prefix + category))
                return false;
            _changes.Set(Prefix + category, level.ToString());
        }

        _changes.Tell();
        return true;
    }

    /// <summary>Takes all changes back.</summary>
    public void Clear()
    {
        lock (_gate)
            _changes.Forget();
        _changes.Tell();
    }

    private sealed class Changes : ConfigurationProvider, IConfigurationSource
    {
        public IReadOnlyDictionary<string, string?> All => (IReadOnlyDictionary<string, string?>)Data;

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Forget() => Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

        public void Tell() => OnReload();
    }
}
