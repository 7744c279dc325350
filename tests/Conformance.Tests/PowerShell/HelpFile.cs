using System.Management.Automation;
using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>The module's help (MAML) as its doc comments and parameters say it: one truth, written where the cmdlet is (B849).</summary>
internal static class HelpFile
{
    public const string File = "src/PowerShell/en-US/Berth.PowerShell.dll-Help.xml";

    /// <summary>The command that writes it anew.</summary>
    public const string Command = "BERTH_HELP=write eng/test Conformance.Tests -method '*The_help_file_says_what_the_doc_comments_say'";

    private static readonly XNamespace _help = "http://msh";
    private static readonly XNamespace _maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace _command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace _dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Whether this run is to write it.</summary>
    public static bool IsToBeWritten => Environment.GetEnvironmentVariable("BERTH_HELP") == "write";

    /// <summary>The text.</summary>
    public static string Write(IEnumerable<Type> cmdlets)
    {
        XElement root = new(
            _help + "helpItems",
            new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", _maml),
            new XAttribute(XNamespace.Xmlns + "command", _command),
            new XAttribute(XNamespace.Xmlns + "dev", _dev));
        Dictionary<string, XElement> comments = XDocument.Load(Path.ChangeExtension(typeof(Berth.PowerShell.BerthSku).Assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(static one => (string)one.Attribute("name")!);
        foreach (Type cmdlet in cmdlets)
        {
            root.Add(Cmdlet(cmdlet, comments));
        }

        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            root.WriteTo(xml);
        }

        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + text + "\n";
    }

    private static XElement Cmdlet(Type cmdlet, Dictionary<string, XElement> comments)
    {
        CmdletAttribute attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;
        string name = $"{attribute.VerbName}-{attribute.NounName}";
        XElement about = comments[$"T:{cmdlet.FullName}"];
        PropertyInfo[] parameters = [.. cmdlet.GetProperties().Where(static one => one.IsDefined(typeof(ParameterAttribute)))
            .OrderBy(static one => one.GetCustomAttributes<ParameterAttribute>().Min(static place => place.Position == int.MinValue ? int.MaxValue : place.Position)).ThenBy(static one => one.Name, StringComparer.Ordinal)];
        string[] sets = [.. parameters.SelectMany(static one => one.GetCustomAttributes<ParameterAttribute>()).Select(static one => one.ParameterSetName)
            .Where(static one => one != ParameterAttribute.AllParameterSets).Distinct().DefaultIfEmpty(ParameterAttribute.AllParameterSets).Order(StringComparer.Ordinal)];
        return new XElement(
            _command + "command",
            new XElement(
                _command + "details",
                new XElement(_command + "name", name),
                new XElement(_command + "verb", attribute.VerbName),
                new XElement(_command + "noun", attribute.NounName),
                new XElement(_maml + "description", Para(Text(about.Element("summary"))))),
            new XElement(_maml + "description", Para(Text(about.Element("remarks")))),
            new XElement(_command + "syntax", sets.Select(set => new XElement(
                _command + "syntaxItem",
                new XElement(_maml + "name", name),
                parameters.Select(one => (one, Place: one.GetCustomAttributes<ParameterAttribute>().FirstOrDefault(place => place.ParameterSetName == set || place.ParameterSetName == ParameterAttribute.AllParameterSets)))
                    .Where(static one => one.Place is not null)
                    .Select(one => Parameter(one.one, one.Place!, comments))))),
            new XElement(_command + "parameters", parameters.Select(one => Parameter(one, one.GetCustomAttributes<ParameterAttribute>().First(), comments))),
            new XElement(_command + "inputTypes"),
            new XElement(_command + "returnValues", cmdlet.GetCustomAttributes<OutputTypeAttribute>().SelectMany(static one => one.Type).Select(static one =>
                new XElement(_command + "returnValue", new XElement(_dev + "type", new XElement(_maml + "name", one.Name))))),
            new XElement(_command + "examples", about.Elements("example").Select((example, index) => new XElement(
                _command + "example",
                new XElement(_maml + "title", $"Example {index + 1}"),
                new XElement(_dev + "code", Text(example.Element("code"))),
                new XElement(_dev + "remarks", Para(Text(example.Element("para"))))))));
    }

    private static XElement Parameter(PropertyInfo property, ParameterAttribute place, Dictionary<string, XElement> comments)
    {
        string type = property.PropertyType.Name.Replace("SwitchParameter", "Switch", StringComparison.Ordinal);
        type = Nullable.GetUnderlyingType(property.PropertyType)?.Name ?? type;
        string pipeline = (place.ValueFromPipeline, place.ValueFromPipelineByPropertyName) switch
        {
            (true, true) => "True (ByValue, ByPropertyName)",
            (true, false) => "True (ByValue)",
            (false, true) => "True (ByPropertyName)",
            _ => "False",
        };
        return new XElement(
            _command + "parameter",
            new XAttribute("required", place.Mandatory ? "true" : "false"),
            new XAttribute("globbing", property.IsDefined(typeof(SupportsWildcardsAttribute)) ? "true" : "false"),
            new XAttribute("pipelineInput", pipeline),
            new XAttribute("position", place.Position == int.MinValue ? "named" : $"{place.Position}"),
            new XAttribute("aliases", string.Join(", ", property.GetCustomAttribute<System.Management.Automation.AliasAttribute>()?.AliasNames ?? []) is { Length: > 0 } names ? names : "none"),
            new XElement(_maml + "name", property.Name),
            new XElement(_maml + "description", Para(Text(comments[$"P:{property.DeclaringType!.FullName}.{property.Name}"].Element("summary")))),
            type == "Switch" ? null : new XElement(_command + "parameterValue", new XAttribute("required", "true"), type),
            new XElement(_dev + "type", new XElement(_maml + "name", type)));
    }

    private static XElement Para(string text) => new(_maml + "para", text);

    // Rule ids are for who reads the code; a line break of a comment is none of the text.
    private static string Text(XElement? comment) => comment is null ? "" : System.Text.RegularExpressions.Regex.Replace(
        System.Text.RegularExpressions.Regex.Replace(comment.Value, @"\s+", " ").Trim(), @" \([A-Z]+\d+(?:, [A-Z]+\d+| to [A-Z]+\d+)*\)", "");
}
