using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using HashBalancer.Testing;

namespace HashBalancer.Architecture;

/// <summary>The dependency rules of src/README.md: a project sees only what stands beneath it.</summary>
public sealed class DependencyTests
{
    private const string Prefix = "HashBalancer.";

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Ring"] = [],
        ["Allocation"] = [],
        ["Consul"] = [],
        ["Control"] = ["Ring", "Allocation", "Consul"],
        ["Transport"] = [],
        ["Proxy"] = ["Ring", "Allocation", "Transport"],
        ["Registry"] = ["Consul"],
        ["Agent"] = ["Consul"],
        ["Gateway"] = ["Ring", "Allocation", "Consul", "Control", "Proxy", "Registry", "Agent", "Transport"],
    };

    private static readonly string[] ClocksAndThreads =
        ["Stopwatch.GetTimestamp", "Stopwatch.GetElapsedTime", "Stopwatch.StartNew", "Stopwatch..ctor", "TimeProvider.get_System", "Thread..ctor", "Thread.Sleep"];

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Source_EveryProject_HasItsRule()
    {
        string source = Path.Combine(Repository.Root, "src");
        string[] projects = [.. Directory.GetFiles(source, "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f)[Prefix.Length..])];
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatItsRuleAllows(string project)
    {
        string file = Path.Combine(Repository.Root, "src", Prefix + project, $"{Prefix}{project}.csproj");
        IEnumerable<string> references = XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)[Prefix.Length..]);
        Assert.Empty(references.Except(Allowed[project], StringComparer.Ordinal));
    }

    // Project references are transitive, so the compiled assembly is what shows that nothing further down is used.
    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_References_OnlyWhatItsRuleAllows(string project)
    {
        IEnumerable<string> references = Assembly.Load(Prefix + project).GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..]);
        Assert.Empty(references.Except(Allowed[project], StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Ring")]
    [InlineData("Allocation")]
    public void PureAssembly_Types_DoNoInputOutputAndKeepNoTime(string project)
    {
        string[] forbidden =
        [
            .. TypesUsedBy(Assembly.Load(Prefix + project).Location).Where(type =>
                type.StartsWith("System.Net.", StringComparison.Ordinal)
                || type.StartsWith("Microsoft.", StringComparison.Ordinal) && !type.StartsWith("Microsoft.CodeAnalysis.", StringComparison.Ordinal)
                || type.StartsWith("System.Diagnostics.Process", StringComparison.Ordinal)
                || type is "System.IO.File" or "System.IO.Directory" or "System.IO.FileStream" or "System.Console" or "System.Threading.Timer"),
        ];
        Assert.Empty(forbidden);
        Assert.Empty(MembersUsedBy(Assembly.Load(Prefix + project).Location).Intersect(ClocksAndThreads, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Consul", "Microsoft.AspNetCore.")]
    [InlineData("Consul", "Microsoft.Extensions.")]
    [InlineData("Control", "Yarp.")]
    [InlineData("Control", "Microsoft.AspNetCore.")]
    [InlineData("Agent", "Yarp.")]
    [InlineData("Transport", "Yarp.")]
    [InlineData("Registry", "Yarp.")]
    public void Assembly_ForeignNamespace_IsNotUsed(string project, string foreign) =>
        Assert.DoesNotContain(TypesUsedBy(Assembly.Load(Prefix + project).Location), type => type.StartsWith(foreign, StringComparison.Ordinal));

    private static List<string> MembersUsedBy(string assemblyFile)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        MetadataReader metadata = file.GetMetadataReader();
        List<string> members = [];
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
                continue;
            TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            members.Add($"{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}");
        }

        return members;
    }

    private static List<string> TypesUsedBy(string assemblyFile)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        MetadataReader metadata = file.GetMetadataReader();
        List<string> types = [];
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            TypeReference type = metadata.GetTypeReference(handle);
            types.Add($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}");
        }

        return types;
    }
}
