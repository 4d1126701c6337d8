using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Tests.Support;
using HashBalancer.Testing;
using YamlDotNet.RepresentationModel;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>The manifests agree with each other and with the program.</summary>
public sealed class KubernetesTests
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = "v1",
        ["ServiceAccount"] = "v1",
        ["ConfigMap"] = "v1",
        ["Service"] = "v1",
        ["Deployment"] = "apps/v1",
        ["Role"] = "rbac.authorization.k8s.io/v1",
        ["RoleBinding"] = "rbac.authorization.k8s.io/v1",
        ["PodDisruptionBudget"] = "policy/v1",
        ["NetworkPolicy"] = "networking.k8s.io/v1",
        ["HorizontalPodAutoscaler"] = "autoscaling/v2",
        ["ScaledObject"] = "keda.sh/v1alpha1",
        ["Kustomization"] = "kustomize.config.k8s.io/v1beta1",
    };

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(DeployFiles.Folder, "kubernetes"), "*.yaml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private static YamlNode Pod => Only("deployment.yaml").At("spec", "template")!;

    private static YamlNode Container => Pod.At("spec", "containers", 0)!;

    [Theory]
    [MemberData(nameof(Files))]
    public void File_EveryDocument_IsOfAKnownKindAndVersion(string file)
    {
        foreach (YamlMappingNode document in DeployFiles.Documents($"kubernetes/{file}"))
        {
            Assert.Equal(Kinds[document.Text("kind")], document.Text("apiVersion"));
            if (document.Text("kind") != "Kustomization")
                Assert.Matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", document.Text("metadata", "name"));
        }

        Assert.Empty(DeployFiles.UnknownMetrics(DeployFiles.Read($"kubernetes/{file}")));
    }

    [Fact]
    public void Kustomization_Resources_AreAllFilesButTheExample() =>
        Assert.Equal(
            Directory.GetFiles(Path.Combine(DeployFiles.Folder, "kubernetes"), "*.yaml").Select(file => Path.GetFileName(file)!).Where(file => file is not ("kustomization.yaml" or "keda-items.yaml")).Order(StringComparer.Ordinal),
            Only("kustomization.yaml").List("resources").Select(node => node.ToString()).Order(StringComparer.Ordinal));

    [Fact]
    public void Selectors_OfEveryKind_MatchTheDeploymentsPods()
    {
        (string, string)[] labels = [.. Labels(Pod.At("metadata", "labels")!)];
        Assert.Equal(labels, Labels(Only("deployment.yaml").At("spec", "selector", "matchLabels")!));
        Assert.Equal(labels, Labels(Only("poddisruptionbudget.yaml").At("spec", "selector", "matchLabels")!));
        Assert.Equal(labels, Labels(Only("networkpolicy.yaml").At("spec", "podSelector", "matchLabels")!));
        foreach (YamlMappingNode service in DeployFiles.Documents("kubernetes/service.yaml"))
            Assert.Equal(labels, Labels(service.At("spec", "selector")!));
        Assert.Equal(("Deployment", "hashbalancer"), (Only("hpa.yaml").Text("spec", "scaleTargetRef", "kind"), Only("hpa.yaml").Text("spec", "scaleTargetRef", "name")));
    }

    [Fact]
    public async Task Container_PortsProbesAndArguments_AreTheGateways()
    {
        GatewayConfiguration configuration = await DeployFiles.IsConfiguration(Only("configmap.yaml").Text("data", "hashbalancer.json"));
        Dictionary<string, int> ports = Container.List("ports").ToDictionary(port => port.Text("name"), port => DeployFiles.Port(port.Text("containerPort")), StringComparer.Ordinal);
        Assert.Equal((configuration.Proxy.Listen.Port, configuration.Admin.Listen.Port), (ports["http"], ports["admin"]));
        foreach (YamlMappingNode service in DeployFiles.Documents("kubernetes/service.yaml"))
        {
            foreach (YamlNode port in service.List("spec", "ports"))
                Assert.Contains(port.Text("targetPort"), ports.Keys);
        }

        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        foreach (string probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            Assert.Contains(Container.Text(probe, "httpGet", "port"), ports.Keys);
            await Eventually.IsTrue(
                async () => (await gateway.Client.GetAsync(new Uri(Container.Text(probe, "httpGet", "path"), UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode,
                $"{probe} passes");
        }

        string[] arguments = [.. Container.List("args").Select(argument => argument.ToString())];
        DeployFiles.IsCommandLine(arguments);
        Assert.Contains(Container.List("volumeMounts"), mount => arguments[^1].StartsWith(mount.Text("mountPath"), StringComparison.Ordinal));
        foreach (YamlNode variable in Container.List("env"))
            DeployFiles.IsKey(variable.Text("name").Replace("__", ":", StringComparison.Ordinal));
        Assert.Equal($"hashbalancer:{DeployFiles.Version}", Container.Text("image"));

        // The kubelet must not kill what still drains.
        Assert.True(TimeSpan.FromSeconds(DeployFiles.Port(Pod.Text("spec", "terminationGracePeriodSeconds"))) > configuration.Proxy.Stopping.DrainDelay + configuration.Proxy.Stopping.DrainTime);
    }

    [Fact]
    public void Volumes_Mounted_AreThere()
    {
        string[] volumes = [.. Pod.List("spec", "volumes").Select(volume => volume.Text("name"))];
        Assert.Equal(volumes.Order(StringComparer.Ordinal), Container.List("volumeMounts").Select(mount => mount.Text("name")).Order(StringComparer.Ordinal));
        Assert.Equal(Only("configmap.yaml").Text("metadata", "name"), Pod.List("spec", "volumes").First(volume => volume.At("configMap") is not null).Text("configMap", "name"));
        Assert.Equal(Only("serviceaccount.yaml").Text("metadata", "name"), Pod.Text("spec", "serviceAccountName"));
    }

    [Fact]
    public void Pod_Security_IsThatOfTheRestrictedStandard()
    {
        Assert.Equal("true", Pod.Text("spec", "securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", Pod.Text("spec", "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", Container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("ALL", Container.Text("securityContext", "capabilities", "drop", 0));
        Assert.Equal("true", Container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("false", Pod.Text("spec", "automountServiceAccountToken"));
    }

    private static YamlMappingNode Only(string file) => DeployFiles.Documents($"kubernetes/{file}")[0];

    private static IEnumerable<(string, string)> Labels(YamlNode map) => map.Map().Select(pair => (pair.Name, pair.Value.ToString()));
}
