using System.CommandLine;
using System.Diagnostics;
using Berth.Cluster;
using Berth.CommandLine;
using Berth.Conformance.Tests.House;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>What lies in <c>deploy</c> agrees with the program: options, ports, paths, names (B711, B716).</summary>
public sealed class DeployTests
{
    private static readonly YamlMappingNode[] _objects = Objects();

    [Fact]
    public void The_manifests_start_the_program_with_options_it_has_and_ports_that_agree()
    {
        YamlMappingNode pod = (YamlMappingNode)At(One("StatefulSet"), "spec", "template", "spec");
        YamlNode container = Assert.Single((YamlSequenceNode)At(pod, "containers"));
        string[] line = [.. ((YamlSequenceNode)At(container, "args")).Select(Text)];
        string[] environment = [.. ((YamlSequenceNode)At(container, "env")).Select(one => Text(At(one, "name")))];
        Assert.Contains("POD_IP", environment);
        Parse(line, ("$(BERTH_DB)", "Host=x;Database=berth"), ("$(POD_IP)", "10.0.0.5"));

        Dictionary<string, string> ports = ((YamlSequenceNode)At(container, "ports")).ToDictionary(port => Text(At(port, "name")), port => Text(At(port, "containerPort")));
        Assert.Equal($"{ClusterLimits.SiloPort}", ports["silo"]);
        Assert.Equal(ports["silo"], After(line, "--silo-port"));
        Assert.EndsWith(":" + ports["http"], After(line, "--urls"), StringComparison.Ordinal);
        Assert.EndsWith(":" + ports["http"], After(line, "--node-url"), StringComparison.Ordinal);
        Assert.All(
            _objects.Where(one => Text(At(one, "kind")) == "Service").SelectMany(one => (YamlSequenceNode)At(one, "spec", "ports")),
            port => Assert.Contains(Text(At(port, "targetPort")), ports.Keys));
        Assert.All(
            ((YamlSequenceNode)At(One("NetworkPolicy"), "spec", "ingress")).SelectMany(one => (YamlSequenceNode)At(one, "ports")), port => Assert.Contains(Text(At(port, "port")), ports.Keys));

        foreach ((string probe, string path) in ((string, string)[])[("startupProbe", "/healthz/live"), ("livenessProbe", "/healthz/live"), ("readinessProbe", "/healthz/ready")])
        {
            Assert.Equal((path, "http"), (Text(At(container, probe, "httpGet", "path")), Text(At(container, probe, "httpGet", "port"))));
        }

        // What may be written lies in a volume.
        string[] mounts = [.. ((YamlSequenceNode)At(container, "volumeMounts")).Select(mount => Text(At(mount, "mountPath")))];
        Assert.Contains(After(line, "--data"), mounts);
        Assert.True(int.Parse(Text(At(pod, "terminationGracePeriodSeconds")), System.Globalization.CultureInfo.InvariantCulture) > (ClusterLimits.Parting + Serving.ServerLimits.Drain).TotalSeconds);
    }

    [Fact]
    public void The_manifests_name_each_other_as_they_are_called()
    {
        string[] names = [.. _objects.Select(one => $"{Text(At(one, "kind"))}/{Text(At(one, "metadata", "name"))}")];
        Assert.Equal(names.Distinct(), names);
        Assert.Contains($"Service/{Text(At(One("StatefulSet"), "spec", "serviceName"))}", names);
        string label = Text(At(One("StatefulSet"), "spec", "template", "metadata", "labels", "app"));
        Assert.All(
            (YamlNode[])
            [
                At(One("StatefulSet"), "spec", "selector", "matchLabels"), At(One("PodDisruptionBudget"), "spec", "selector", "matchLabels"), At(One("NetworkPolicy"), "spec", "podSelector", "matchLabels"),
                .. _objects.Where(one => Text(At(one, "kind")) == "Service").Select(one => At(one, "spec", "selector")),
            ],
            labels => Assert.Equal(label, Text(At(labels, "app"))));
    }

    [Fact]
    public void The_unit_of_systemd_starts_the_program_with_options_it_has()
    {
        string start = Repository.Read("deploy/systemd/berth@.service").Split('\n').Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        Parse(start[(start.IndexOf(" berth ", StringComparison.Ordinal) + " berth ".Length)..].Split(' '), ("${BERTH_DB}", "Host=x;Database=berth"), ("${BERTH_URL}", "http://10.0.0.5:5365"), ("${BERTH_SILO_PORT}", "11111"), ("%i", "1"));
    }

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd here.");
        ProcessStartInfo start = new("/usr/bin/systemd-analyze", ["verify", "--man=no", Repository.PathOf("deploy/systemd/berth@.service")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using System.Diagnostics.Process verify = System.Diagnostics.Process.Start(start)!;
        string errors = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("berth@", errors, StringComparison.Ordinal);
        Assert.True(verify.ExitCode == 0 || !errors.Contains("berth", StringComparison.Ordinal), errors);
    }

    [Theory]
    [InlineData("--cluster", "--cluster shares a PostgreSQL database")]
    [InlineData("--node-url http://10.0.0.5:5365", "they need --cluster")]
    [InlineData("--silo-port 11111", "they need --cluster")]
    [InlineData("--cluster --db Host=x;Database=y --silo-port 65536", "--silo-port must be 0 to 65535")]
    [InlineData("--cluster --db Host=x;Database=y --silo-port -1", "--silo-port must be 0 to 65535")]
    [InlineData("--cluster --db Host=x;Database=y --node-url https://10.0.0.5:5365", "is not an address such as http://10.0.0.5:5365")]
    [InlineData("--cluster --db Host=x;Database=y --node-url http://10.0.0.5:5365/berth", "is not an address such as http://10.0.0.5:5365")]
    [InlineData("--cluster --db Host=x;Database=y --urls http://*:5365", "--node-url is missing")]
    [InlineData("--cluster --db Host=x;Database=y --urls http://0.0.0.0:5365", "--node-url is missing")]
    public void What_a_node_cannot_be_is_said_in_one_line(string line, string mention) =>
        Assert.Contains(mention, Assert.Single(BerthCommand.Root().Parse(["serve", .. line.Split(' ')]).Errors).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--cluster --db Host=x;Database=y")]
    [InlineData("--cluster --db Host=x;Database=y --silo-port 0")]
    [InlineData("--cluster --db Host=x;Database=y --silo-port 65535")]
    [InlineData("--cluster --db Host=x;Database=y --urls http://*:5365 --node-url http://berth-0.berth:5365")]
    public void What_a_node_can_be_is_taken(string line) => Parse(["serve", .. line.Split(' ')]);

    private static void Parse(string[] line, params (string Name, string Value)[] filled)
    {
        string[] arguments = [.. line.Select(one => filled.Aggregate(one, (text, pair) => text.Replace(pair.Name, pair.Value, StringComparison.Ordinal)))];
        ParseResult parsed = BerthCommand.Root().Parse(arguments);
        Assert.True(parsed.Errors.Count == 0, string.Join('\n', parsed.Errors.Select(error => error.Message)));
    }

    private static string After(string[] line, string option) => line[Array.IndexOf(line, option) + 1];

    private static YamlMappingNode One(string kind) => _objects.Single(one => Text(At(one, "kind")) == kind);

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (at, name) => ((YamlMappingNode)at).Children[new YamlScalarNode(name)]);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static YamlMappingNode[] Objects()
    {
        YamlStream stream = [];
        using StringReader text = new(Repository.Read("deploy/kubernetes/berth.yaml"));
        stream.Load(text);
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }
}
