using System.CommandLine;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Cli;

/// <summary>Where a command's configuration comes from: files, then the environment, then <c>--Section:Key=value</c> arguments.</summary>
internal sealed class ConfigurationArguments
{
    private const string DefaultFile = "hashbalancer.json";

    private readonly Option<string[]> _files = new("--config")
    {
        Description = $"A configuration file; may be repeated, later files win. Default: {DefaultFile} in the working directory, if it is there.",
        HelpName = "file",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Lets a command take configuration.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_files);

        // Keys of the configuration are no options of the command line's parser; Build below takes them.
        command.TreatUnmatchedTokensAsErrors = false;
    }

    /// <summary>Where the configuration is to be read from, or what is wrong with the arguments.</summary>
    public (ConfigurationSource? Source, IReadOnlyList<ConfigurationError> Errors) Of(ParseResult arguments, bool demo = false, bool fleet = false)
    {
        List<ConfigurationError> errors = [];
        List<string> settings = [];
        foreach (string token in arguments.UnmatchedTokens)
        {
            if (token.StartsWith("--", StringComparison.Ordinal) && token.Contains(':', StringComparison.Ordinal) && token.IndexOf('=', StringComparison.Ordinal) > 0)
                settings.Add(token);
            else
                errors.Add(new(token, $"is not understood.{HintFor(token, arguments)} Configuration is given as --Section:Key=value; --help lists the options."));
        }

        string[] named = arguments.GetValue(_files) ?? [];
        errors.AddRange(named.Where(file => !File.Exists(file)).Select(file => new ConfigurationError("--config", $"names '{file}', which does not exist.")));
        string[] files = named.Length > 0 || demo ? named : [DefaultFile];
        return errors.Count > 0
            ? (null, errors)
            : (new ConfigurationSource([.. files.Select(Path.GetFullPath)], MustExist: named.Length > 0, demo, settings) { IsFleet = fleet }, []);
    }

    /// <summary>The checked configuration, or every fault of the arguments or of what they name.</summary>
    public async Task<(LoadedConfiguration? Loaded, IReadOnlyList<ConfigurationError> Errors)> LoadAsync(ParseResult arguments, bool demo = false, bool fleet = false)
    {
        (ConfigurationSource? source, IReadOnlyList<ConfigurationError> errors) = Of(arguments, demo, fleet);
        return source is null ? (null, errors) : await LoadedConfiguration.LoadAsync(source);
    }

    private static string HintFor(string token, ParseResult arguments) =>
        NearestName.Hint(token, token.StartsWith('-')
            ? arguments.CommandResult.Command.Options.Select(option => option.Name)
            : arguments.RootCommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name));
}
