using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;

namespace Berth.Graph.Writes;

/// <summary>Reads the body of assignLicense (L2 to L7): its shape only; what the ids mean is the engine's to decide.</summary>
internal static class LicenseBody
{
    private const string AddLicenses = "addLicenses";
    private const string RemoveLicenses = "removeLicenses";

    /// <summary>The licenses to add and the SKUs to remove.</summary>
    public static (ValueArray<LicenseRequest> Add, ValueArray<Guid> Remove) Read(BodyReader read, JsonElement body)
    {
        ValueArray<LicenseRequest>? add = null;
        ValueArray<Guid>? remove = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            if (name.Equals(AddLicenses, StringComparison.OrdinalIgnoreCase))
            {
                // A null array counts as a missing one (L3).
                add = value.ValueKind == JsonValueKind.Null ? null : Licenses(read, value, AddLicenses);
            }
            else if (name.Equals(RemoveLicenses, StringComparison.OrdinalIgnoreCase))
            {
                remove = value.ValueKind == JsonValueKind.Null ? null : read.Ids(value, RemoveLicenses);
            }
            else
            {
                read.Fail("propertyUnknown", $"Invalid property '{name}'. The operation 'assignLicense' takes {AddLicenses} and {RemoveLicenses}.");
            }
        }

        if (add is null || remove is null)
        {
            string missing = remove is not null ? AddLicenses : add is not null ? RemoveLicenses : $"{AddLicenses}, {RemoveLicenses}";
            read.Fail("parameterMissing", $"One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: {missing}.");
        }

        return (add ?? [], remove ?? []);
    }

    /// <summary>The items of a list of licenses to add.</summary>
    /// <param name="read">Keeps what is wrong.</param>
    /// <param name="list">The list.</param>
    /// <param name="property">Its name.</param>
    public static ValueArray<LicenseRequest> Licenses(BodyReader read, JsonElement list, string property)
    {
        List<LicenseRequest> licenses = [];
        foreach (JsonElement item in read.Items(list, property))
        {
            Guid? sku = null;
            ValueArray<Guid> disabled = [];
            foreach ((string name, JsonElement value) in read.Properties(item, property))
            {
                if (name.Equals("skuId", StringComparison.OrdinalIgnoreCase))
                {
                    sku = read.Id(value, "skuId");
                }
                else if (name.Equals("disabledPlans", StringComparison.OrdinalIgnoreCase))
                {
                    // It may be left out (L4), and clients that write every property write null for that.
                    disabled = value.ValueKind == JsonValueKind.Null ? [] : read.Ids(value, "disabledPlans");
                }
                else
                {
                    read.Fail("propertyUnknown", $"Invalid property '{name}'. An item of {property} has skuId and disabledPlans.");
                }
            }

            if (sku is null)
            {
                read.Fail("valueMissing", $"Every item of {property} must have a skuId.");
            }

            if (read.Error is not null)
            {
                return [];
            }

            licenses.Add(new LicenseRequest(sku!.Value, disabled));
        }

        return licenses.ToValueArray();
    }
}
