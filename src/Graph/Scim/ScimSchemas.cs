namespace Berth.Graph.Scim;

/// <summary>The names of schemas and messages (RFC 7643, RFC 7644), and of Berth's own extension (B804).</summary>
internal static class ScimSchemas
{
    /// <summary>A user.</summary>
    public const string User = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// <summary>What an enterprise adds to a user.</summary>
    public const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    /// <summary>What licenses need to know of a user: the usage location (B804).</summary>
    public const string Berth = "urn:berth:params:scim:schemas:extension:2.0:User";

    /// <summary>A group.</summary>
    public const string Group = "urn:ietf:params:scim:schemas:core:2.0:Group";

    /// <summary>A list.</summary>
    public const string List = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    /// <summary>An error.</summary>
    public const string Error = "urn:ietf:params:scim:api:messages:2.0:Error";

    /// <summary>Every schema that can stand before the name of an attribute.</summary>
    public static readonly string[] OfResources = [User, Enterprise, Berth, Group];

    /// <summary>The schema of a name, ignoring case, or null.</summary>
    public static string? Find(ReadOnlySpan<char> name)
    {
        foreach (string schema in OfResources)
        {
            if (name.Equals(schema, StringComparison.OrdinalIgnoreCase))
            {
                return schema;
            }
        }

        return null;
    }
}
