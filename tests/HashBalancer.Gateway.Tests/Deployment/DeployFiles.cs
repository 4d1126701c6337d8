using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HashBalancer.Gateway.Cli;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>The files that people deploy, and what of them can be held against the program.</summary>
internal static partial class DeployFiles
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy");

    /// <summary>The one version.</summary>
    public static string Version { get; } = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    public static string Read(string path) => File.ReadAllText(Path.Combine(Folder, path));

    /// <summary>The documents of a YAML file, merge keys resolved.</summary>
    public static IReadOnlyList<YamlMappingNode> Documents(string path)
    {
        using var reader = new StringReader(Read(path));
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(reader)));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    /// <summary>What stands at a path of names and positions; null where there is nothing.</summary>
    public static YamlNode? At(this YamlNode node, params object[] path)
    {
        YamlNode? at = node;
        foreach (object step in path)
        {
            at = (at, step) switch
            {
                (YamlMappingNode map, string name) => map.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? value) ? value : null,
                (YamlSequenceNode list, int position) => position < list.Children.Count ? list.Children[position] : null,
                _ => null,
            };
        }

        return at;
    }

    public static string Text(this YamlNode node, params object[] path) =>
        node.At(path) is YamlScalarNode { Value: { } text } ? text : throw new Xunit.Sdk.XunitException($"There is no text at {string.Join('.', path)}.");

    public static IEnumerable<YamlNode> List(this YamlNode node, params object[] path) => node.At(path) is YamlSequenceNode list ? list.Children : [];

    public static IEnumerable<(string Name, YamlNode Value)> Map(this YamlNode node, params object[] path) =>
        node.At(path) is YamlMappingNode map ? map.Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, pair.Value)) : [];

    /// <summary>Fails unless the program's own command line takes these arguments; <c>${NAME}</c> stands for a value.</summary>
    public static void IsCommandLine(IEnumerable<string> arguments)
    {
        string[] line = [.. arguments.Select(argument => Variable().Replace(argument, "1"))];
        ParseResult parsed = CommandLine.Root().Parse(line);
        Assert.True(parsed.Errors.Count == 0, $"hashbalancer {string.Join(' ', line)}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
        // Commands that take configuration take whatever has its form; its keys must be there.
        foreach (string token in parsed.UnmatchedTokens)
        {
            Assert.Matches("^--[A-Za-z0-9:_-]+=", token);
            IsKey(token[2..token.IndexOf('=', StringComparison.Ordinal)]);
        }
    }

    /// <summary>Fails unless the gateway reads this key.</summary>
    public static void IsKey(string key)
    {
        if (!key.StartsWith($"{HashBalancerOptions.Section}:", StringComparison.Ordinal))
            return;
        List<ConfigurationError> errors = [];
        var root = new Microsoft.Extensions.Configuration.ConfigurationBuilder();
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(root, [new KeyValuePair<string, string?>(key, null)]);
        KeyWalker.Check(root.Build().GetSection(HashBalancerOptions.Section), typeof(HashBalancerOptions), errors);
        Assert.True(errors.Count == 0, string.Join(' ', errors));
    }

    /// <summary>Fails unless a configuration is valid. Files that it names in folders of a deployed machine are made up.</summary>
    public static async Task<GatewayConfiguration> IsConfiguration(string json)
    {
        string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
        try
        {
            foreach (Match file in SecretFile().Matches(json))
            {
                string made = Path.Combine(folder, Path.GetFileName(file.Value));
                await File.WriteAllTextAsync(made, "a-token-that-is-long-enough\n");
                json = json.Replace(file.Value, made, StringComparison.Ordinal);
            }

            string path = Path.Combine(folder, "hashbalancer.json");
            await File.WriteAllTextAsync(path, json);
            (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) =
                await LoadedConfiguration.LoadAsync(new ConfigurationSource([path], MustExist: true, IsDemo: false, []));
            Assert.True(loaded is not null, string.Join('\n', errors));
            return loaded.Configuration;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The names of all metrics, as Prometheus has them without suffixes of units and kinds.</summary>
    public static IReadOnlySet<string> Metrics { get; } = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(file => Instrument().Matches(File.ReadAllText(file)))
        .Select(name => name.Groups[1].Value.Replace('.', '_'))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Metrics of ours that a text names and that are not there.</summary>
    public static IEnumerable<string> UnknownMetrics(string text) =>
        Metric().Matches(text).Select(name => name.Value).Distinct(StringComparer.Ordinal)
            .Where(name => !Metrics.Contains(Suffix().Replace(name, "")) && !Metrics.Contains(name) && !Metrics.Any(known => name == known + "_ratio"));

    public static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$\{?[A-Z_]+\}?", RegexOptions.None, 1_000)]
    private static partial Regex Variable();

    [GeneratedRegex("/(etc|run|var)/[a-z-]+(/[a-z-]+)*/[a-z-]+-token", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SecretFile();

    [GeneratedRegex("\"(hashbalancer(\\.[a-z_]+)+)\"", RegexOptions.None, 1_000)]
    private static partial Regex Instrument();

    [GeneratedRegex("hashbalancer(_[a-z]+)+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Metric();

    [GeneratedRegex("(_(seconds|bytes))?(_(total|bucket|sum|count))?$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Suffix();
}
