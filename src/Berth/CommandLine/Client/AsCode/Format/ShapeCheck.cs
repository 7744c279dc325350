using System.Globalization;
using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>Compares a file with what it may have (B550): every key is known, every value of its kind, nothing is missing.</summary>
internal static class ShapeCheck
{
    /// <summary>Everything that is wrong, in the order of the file.</summary>
    public static IReadOnlyList<Problem> Of(FileNode root, Shape shape)
    {
        List<Problem> problems = [];
        Check(root, shape, problems);
        return problems;
    }

    private static void Check(FileNode node, Shape shape, List<Problem> problems)
    {
        switch (shape, node)
        {
            case (Shape.Text or Shape.TextOrMap, FileNode.Text { IsNothing: false, Value.Length: > 0 }):
                break;
            case (Shape.Whole whole, FileNode.Text { IsPlain: true } text)
                when int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= whole.Least && number <= whole.Most:
                break;
            case (Shape.Word word, FileNode.Text text) when word.Words.Contains(text.Value):
                break;
            case (Shape.Word word, FileNode.Text { IsNothing: false } text):
                problems.Add(new Problem(text.At, $"'{text.Value}' is none of {string.Join(", ", word.Words)}.{Nearest.To(text.Value, word.Words)}"));
                break;
            case (Shape.ListOf list, FileNode.List items):
                foreach (FileNode item in items.Items)
                {
                    Check(item, list.Item, problems);
                }

                break;
            case (Shape.Map map, FileNode.Map entries):
                Check(entries, map, problems);
                break;
            case (Shape.TextOrMap either, FileNode.Map entries):
                Check(entries, either.Long, problems);
                break;
            default:
                string hint = shape is Shape.ListOf ? " An empty list is written [], items behind dashes." : "";
                problems.Add(new Problem(node.At, $"here stands {node.Says}, where {shape.Says} is expected.{hint}"));
                break;
        }
    }

    private static void Check(FileNode.Map entries, Shape.Map map, List<Problem> problems)
    {
        foreach (MapEntry entry in entries.Entries)
        {
            if (map.Keys.FirstOrDefault(key => key.Name == entry.Key) is { } known)
            {
                Check(entry.Value, known.Shape, problems);
            }
            else
            {
                string[] names = [.. map.Keys.Select(key => key.Name)];
                problems.Add(new Problem(entry.At, $"'{entry.Key}' is no key of {map.Name}.{Nearest.To(entry.Key, names)} The keys are {string.Join(", ", names)}."));
            }
        }

        foreach (ShapeKey missing in map.Keys.Where(key => key.IsRequired && entries[key.Name] is null))
        {
            problems.Add(new Problem(entries.At, $"{map.Name} needs '{missing.Name}': {missing.Shape.Says}."));
        }
    }
}
