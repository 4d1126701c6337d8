namespace HashBalancer.Agent;

/// <summary>A process in any language, and what the agent says of it to the registry.</summary>
public sealed class ProcessAgentOptions
{
    /// <summary>
    /// The instance; <see cref="AgentOptions.Service"/> and <see cref="AgentOptions.Port"/> are required. With an HTTP or TCP check the
    /// heartbeat check is always registered as well, since it carries the load. What only concerns requests that the agent itself could
    /// see is ignored: <see cref="LoadOptions.ResponseHeader"/> and <see cref="LoadOptions.ConcurrencyLimit"/>.
    /// </summary>
    public AgentOptions Agent { get; set; } = new();

    /// <summary>The program to run; required. A name without a slash is looked up in PATH.</summary>
    public string Command { get; set; } = "";

    /// <summary>Its arguments, passed on as they are, without a shell.</summary>
    public List<string> Arguments { get; set; } = [];

    /// <summary>Time for the program to listen on its port; it is registered once it does. Default 60 s; from 100 ms to 1 hour.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for the program to end after the signal to stop; then it is killed. Default 20 s; from 0 to 1 hour.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Checks every member.</summary>
    /// <param name="section">What the errors' keys start with.</param>
    /// <returns>One message for each fault, with key, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(string section = AgentOptions.Section)
    {
        var errors = new List<string>();
        if (new AgentOptionsValidator(section).Validate(null, Agent).Failures is { } failures)
            errors.AddRange(failures);
        if (Agent.Port is null)
            errors.Add($"{section}:Port: '' is not allowed; allowed: 1 to 65535.");
        if (string.IsNullOrWhiteSpace(Command))
            errors.Add($"{section}:Command: '{Command}' is not allowed; allowed: the program to run.");
        if (StartTimeout < TimeSpan.FromMilliseconds(100) || StartTimeout > TimeSpan.FromHours(1))
            errors.Add($"{section}:StartTimeout: '{StartTimeout:c}' is not allowed; allowed: 00:00:00.1000000 to 01:00:00.");
        if (StopTimeout < TimeSpan.Zero || StopTimeout > TimeSpan.FromHours(1))
            errors.Add($"{section}:StopTimeout: '{StopTimeout:c}' is not allowed; allowed: 00:00:00 to 01:00:00.");
        return errors;
    }
}
