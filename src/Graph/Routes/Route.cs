using Berth.Engine;
using Berth.Graph.Requests;

namespace Berth.Graph.Routes;

/// <summary>What a route does with a request that matched it.</summary>
/// <param name="tenant">The published tenant.</param>
/// <param name="request">The request.</param>
/// <param name="keys">The values of the template's braces, in order.</param>
public delegate Handling RouteHandler(Tenant tenant, GraphRequest request, RouteKeys keys);

/// <summary>The values that stood where a template has braces, in order of the path.</summary>
public readonly record struct RouteKeys(string First, string Second, string Third = "")
{
    /// <summary>The key at a position, 0 to 2.</summary>
    public string this[int index] => index switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };
}

/// <summary>In which interfaces a route exists.</summary>
[Flags]
public enum RouteVersions
{
    /// <summary>In <c>/v1.0</c>.</summary>
    V1 = 1,

    /// <summary>In <c>/beta</c>.</summary>
    Beta = 2,

    /// <summary>In both of Graph's.</summary>
    Graph = V1 | Beta,

    /// <summary>In <c>/berth/v1</c>.</summary>
    Berth = 4,

    /// <summary>In <c>/scim/v2</c>.</summary>
    Scim = 8,
}

/// <summary>What a route reads as its body.</summary>
public enum RouteBody
{
    /// <summary>Nothing; a body that comes anyway is ignored.</summary>
    None,

    /// <summary>One JSON value, at most <see cref="GraphLimits.BodyBytes"/>; none at all is left to the handler.</summary>
    Json,

    /// <summary>One JSON value with a list of changes, at most <see cref="GraphLimits.ChangesBytes"/>.</summary>
    Changes,

    /// <summary>JSON lines in a stream, at most <see cref="GraphLimits.ImportBytes"/>.</summary>
    Lines,

    /// <summary>A table of text/csv in a stream, at most <see cref="GraphLimits.TableBytes"/>.</summary>
    Table,
}

/// <summary>Who may call a route: a caller who has all permissions of any one of the sets (protocol 2.1, L-table 2.9).</summary>
/// <param name="Sets">The alternatives, least privilege first.</param>
public sealed record RouteAccess(IReadOnlyList<PermissionSet> Sets)
{
    /// <summary>What is enough for the signed-in person when the first key of the path names them, or null (B204).</summary>
    public PermissionSet? OfOneself { get; private init; }

    /// <summary>Why any token of the tenant is enough; null where a permission is asked for (B733).</summary>
    public string? Why { get; private init; }

    /// <summary>The least that a token in a person's name needs, by Graph's names; null when no such token may (B733).</summary>
    public PermissionSet? LeastDelegated => LeastWithout(PermissionSet.Of([.. PermissionSet.OfApplicationsOnly]));

    /// <summary>The least that an application's own token needs; null when no such token may (B733).</summary>
    public PermissionSet? LeastOfApplication => LeastWithout(PermissionSet.Of([.. PermissionSet.OfPersons]));

    /// <summary>Any one of the named permissions is enough; the least comes first.</summary>
    public static RouteAccess AnyOf(params ReadOnlySpan<string> names)
    {
        PermissionSet[] sets = new PermissionSet[names.Length];
        for (int i = 0; i < sets.Length; i++)
        {
            sets[i] = PermissionSet.Of(names[i]);
        }

        return new RouteAccess(sets);
    }

    /// <summary>The same, and <c>User.Read</c> is enough for what the signed-in person reads of themselves (B204).</summary>
    public RouteAccess OrOneself() => this with { OfOneself = PermissionSet.Of(PermissionSet.SignedInPerson) };

    /// <summary>Any token of the tenant, with the reason that the table of permissions tells (B733).</summary>
    public static RouteAccess Anyone(string why) => new([PermissionSet.None]) { Why = why };

    /// <summary>Whoever may by one of two; where the kind of the object decides, the handler looks again.</summary>
    public RouteAccess Or(RouteAccess other) => new([.. Sets.Union(other.Sets)]);

    /// <summary>Whether a caller with these permissions may.</summary>
    public bool Allows(PermissionSet granted)
    {
        for (int i = 0; i < Sets.Count; i++)
        {
            if (granted.Covers(Sets[i]))
            {
                return true;
            }
        }

        return false;
    }

    private PermissionSet? LeastWithout(PermissionSet others)
    {
        foreach (PermissionSet set in Sets)
        {
            if ((set.Bits & others.Bits) == 0)
            {
                return set;
            }
        }

        return null;
    }
}

/// <summary>One line of the route table.</summary>
/// <param name="Method">The method.</param>
/// <param name="Template">
/// The path, such as <c>/users/{user}/assignLicense</c>; <c>/x(name={name})</c> is a named key, <c>/x(one={one},other={other})</c> two, <c>graph.user</c> a cast. At most three braces.
/// </param>
/// <param name="Access">Who may.</param>
/// <param name="Handler">What it does.</param>
public sealed record Route(GraphMethod Method, string Template, RouteAccess Access, RouteHandler Handler)
{
    // Made when first asked for; copies of a route have the same template, so they may share it.
    private readonly string?[] _paths = new string?[Enum.GetValues<GraphVersion>().Length];

    /// <summary>Where it exists; both of Graph's interfaces unless said otherwise.</summary>
    public RouteVersions Versions { get; init; } = RouteVersions.Graph;

    /// <summary>What it reads; JSON for POST, PATCH and PUT unless said otherwise.</summary>
    public RouteBody Body { get; init; } =
        Method is GraphMethod.Post or GraphMethod.Patch or GraphMethod.Put ? RouteBody.Json : RouteBody.None;

    /// <summary>Where it lies in an interface, with its prefix, such as <c>/v1.0/users/{user}</c>: what metrics and traces call <c>http.route</c>.</summary>
    public string PathIn(GraphVersion version) => _paths[(int)version] ??= GraphRequest.PrefixOf(version) + Template;

    /// <summary>For people and for the completeness test: method and template.</summary>
    public override string ToString() => $"{Method.ToString().ToUpperInvariant()} {Versions switch { RouteVersions.Berth => "/berth/v1", RouteVersions.Scim => "/scim/v2", _ => "" }}{Template}";
}
