using System.Text;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>The keys of a file as a table for documents, made from the table that the reader reads by (B559).</summary>
internal static class ShapeTable
{
    /// <summary>The table, as Markdown.</summary>
    public static string Of(Shape.Map file)
    {
        StringBuilder text = new("| key | value | meaning |\n|---|---|---|\n");
        Rows(text, "", file);
        return text.ToString();
    }

    private static void Rows(StringBuilder text, string path, Shape.Map map)
    {
        foreach (ShapeKey key in map.Keys)
        {
            Shape inner = key.Shape is Shape.ListOf list ? list.Item : key.Shape;
            string dots = key.Shape is Shape.ListOf ? "[]" : "";
            string says = inner switch
            {
                Shape.Map => "a list",
                Shape.TextOrMap either => $"a list of {either.Short.Of}, or of keys",
                Shape.Word word => word.Says,
                _ when key.Shape is Shape.ListOf => $"a list of {inner.Says}",
                _ => inner.Says,
            };
            text.Append("| `").Append(path).Append(key.Name).Append(dots).Append("` | ").Append(says).Append(key.IsRequired ? " (required)" : "").Append(" | ").Append(key.Meaning).Append(" |\n");
            switch (inner)
            {
                case Shape.Map deeper:
                    Rows(text, $"{path}{key.Name}[].", deeper);
                    break;
                case Shape.TextOrMap either:
                    Rows(text, $"{path}{key.Name}[].", either.Long);
                    break;
            }
        }
    }
}
