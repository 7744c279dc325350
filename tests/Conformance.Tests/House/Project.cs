using System.Xml.Linq;

namespace Berth.Conformance.Tests.House;

/// <summary>A project file.</summary>
/// <param name="Name">Its file name without the extension: the name of the room.</param>
/// <param name="File">Its path in the repository.</param>
/// <param name="Rooms">The projects it references.</param>
/// <param name="Packages">The packages it references.</param>
internal sealed record Project(string Name, string File, IReadOnlyList<string> Rooms, IReadOnlyList<string> Packages)
{
    public static IReadOnlyList<Project> All { get; } =
        [.. Repository.Files.Where(file => Repository.Is(file, ".csproj")).Select(file =>
        {
            XDocument text = XDocument.Parse(Repository.Read(file));
            return new Project(
                Path.GetFileNameWithoutExtension(file),
                file,
                [.. Includes(text, "ProjectReference").Select(Path.GetFileNameWithoutExtension).OfType<string>()],
                [.. Includes(text, "PackageReference")]);
        })];

    /// <summary>The values of <c>Include</c> of an item.</summary>
    public static IEnumerable<string> Includes(XDocument text, string item) =>
        text.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
