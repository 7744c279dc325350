using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell.Licenses;

/// <summary>What a row of a list asks for, with ids.</summary>
/// <param name="Asked">The user or group as the row names it.</param>
/// <param name="Target">Who that is.</param>
/// <param name="Add">SKUs to add, with the plans that are to be off.</param>
/// <param name="Remove">SKUs to take away.</param>
internal sealed record LicenseRow(string Asked, Target Target, IReadOnlyList<(Guid Sku, Guid[] Disabled)> Add, IReadOnlyList<Guid> Remove)
{
    /// <summary>What tells it from another row: the same twice counts once (B845).</summary>
    public string Key =>
        $"{Target.Id}+{string.Join('+', Add.Select(static one => $"{one.Sku}:{string.Join(',', one.Disabled.Order())}").Order(StringComparer.Ordinal))}-{string.Join('-', Remove.Order())}";
}

/// <summary>Rows as changes of one plan.</summary>
internal static class LicenseList
{
    /// <summary>The body of a plan.</summary>
    /// <param name="kind"><c>userLicense</c> or <c>groupLicense</c>.</param>
    /// <param name="id">The property that names the user or group.</param>
    /// <param name="rows">The rows; their order is that of the changes.</param>
    public static byte[] Body(string kind, string id, IReadOnlyList<LicenseRow> rows) => ShellJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("changes");
        foreach (LicenseRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString(id, row.Target.Id);
            json.WriteStartArray("add");
            foreach ((Guid sku, Guid[] disabled) in row.Add)
            {
                json.WriteStartObject();
                json.WriteString("skuId", sku);
                json.WriteStartArray("disabledPlans");
                Array.ForEach(disabled, plan => json.WriteStringValue(plan));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("remove");
            foreach (Guid sku in row.Remove)
            {
                json.WriteStringValue(sku);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
