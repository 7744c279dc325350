using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Reads;

/// <summary>
/// <c>evaluateDynamicMembership</c>: whether one member would match a rule, and why (L145); <c>evaluateMembershipRule</c>, Berth's own: whom a rule would take of
/// everybody (B513). Nothing changes.
/// </summary>
internal static class RuleEvaluation
{
    private const string Resource = "evaluateDynamicMembership";

    private static readonly RouteAccess OfGroup = new(
    [
        PermissionSet.Of("Group.Read.All", "User.Read.All"),
        PermissionSet.Of("Group.ReadWrite.All", "User.Read.All"),
        PermissionSet.Of("Group.Read.All", "User.ReadWrite.All"),
        PermissionSet.Of("Group.ReadWrite.All", "User.ReadWrite.All"),
        PermissionSet.Of("Directory.Read.All"),
        PermissionSet.Of("Directory.ReadWrite.All"),
    ]);

    private static readonly RouteAccess OfRule = RouteAccess.AnyOf("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/groups/{group}/evaluateDynamicMembership", OfGroup, ByGroup) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, "/groups/evaluateDynamicMembership", OfRule, ByRule) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, "/groups/evaluateMembershipRule", OfRule, Everybody) { Versions = RouteVersions.Berth },
    ];

    private static Handling ByGroup(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        int index = Submitting.FindGroup(tenant, keys.First);
        return index < 0
            ? GraphResponse.Error(request, GraphError.NotFound(keys.First))
            : request.Reading(Resource, Read, asked => asked.Rule is not null ? Evaluate(tenant, request, asked)
                : tenant.Groups[index].Profile.MembershipRule is { } own ? Evaluate(tenant, request, asked with { Rule = own })
                : GraphResponse.Error(request, GraphError.BadRequest(
                    "groupNotDynamic", $"Group {keys.First} has no membershipRule. Send one as membershipRule, or ask about a dynamic group.")));
    }

    private static Handling ByRule(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Resource,
        (read, body) =>
        {
            (string Member, string? Rule) asked = Read(read, body);
            if (asked.Rule is null)
            {
                read.FailMissing("membershipRule");
            }

            return asked;
        },
        asked => Evaluate(tenant, request, asked));

    // B513
    private static Handling Everybody(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "evaluateMembershipRule",
        static (read, body) =>
        {
            string? rule = null;
            foreach ((string name, JsonElement value) in read.Properties(body, "body"))
            {
                if (name.Equals("membershipRule", StringComparison.OrdinalIgnoreCase))
                {
                    rule = GroupBody.Rule(read, value, name);
                }
                else
                {
                    read.FailUnknown(name);
                }
            }

            if (rule is null)
            {
                read.FailMissing("membershipRule");
            }

            return rule ?? "";
        },
        text =>
        {
            if (!MembershipRule.TryParse(text, out MembershipRule? rule, out RuleError? error))
            {
                return Invalid(request, "evaluateMembershipRule", error);
            }

            int count = 0;
            List<User> named = [];
            foreach (User user in tenant.Matching(rule, tenant.Now(request.ReceivedAt)))
            {
                count++;
                if (named.Count < GraphLimits.MatchesNamed)
                {
                    named.Add(user);
                }
            }

            return GraphResponse.Json(200, (tenant, rule, count, named), static (json, s) =>
            {
                json.WriteStartObject();
                json.WriteString("membershipRule"u8, s.rule.Text);
                json.WriteNumber("users"u8, s.tenant.UserCount);
                json.WriteNumber("matching"u8, s.count);
                json.WriteStartArray("value"u8);
                foreach (User user in s.named)
                {
                    json.WriteStartObject();
                    json.WriteString("id"u8, user.Id);
                    json.WriteString("displayName"u8, user.DisplayName);
                    json.WriteString("userPrincipalName"u8, user.UserPrincipalName);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        });

    private static GraphResponse Invalid(GraphRequest request, string resource, RuleError error) => GraphResponse.Error(request, GraphError.BadRequest(
        "membershipRuleInvalid", $"Invalid value specified for property 'membershipRule' of resource '{resource}'. {error.Message}"));

    private static (string Member, string? Rule) Read(BodyReader read, JsonElement body)
    {
        string? member = null, rule = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "MEMBERID":
                    member = read.Required(value, name, GraphLimits.NameCharacters);
                    break;
                case "MEMBERSHIPRULE":
                    rule = GroupBody.Rule(read, value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (member is null)
        {
            read.FailMissing("memberId");
        }

        return (member ?? "", rule);
    }

    private static GraphResponse Evaluate(Tenant tenant, GraphRequest request, (string Member, string? Rule) asked)
    {
        if (!MembershipRule.TryParse(asked.Rule!, out MembershipRule? rule, out RuleError? error))
        {
            return Invalid(request, Resource, error);
        }

        int user = Guid.TryParseExact(asked.Member, "D", out Guid id) ? tenant.FindUser(id) : -1;
        if (user < 0)
        {
            return GraphResponse.Error(request, GraphError.NotFound(asked.Member));
        }

        if (rule.IsAboutDevices)
        {
            return GraphResponse.Error(request, GraphError.BadRequest(
                "deviceRuleNotAllowed", $"The rule is about devices and member {asked.Member} is a user: evaluate it with a rule about users."));
        }

        RuleDetails details = tenant.Explain(rule, user, tenant.Now(request.ReceivedAt));
        return GraphResponse.Json(200, (request, rule, details), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#microsoft.graph.evaluateDynamicMembershipResult");
            }

            json.WriteString("membershipRule"u8, s.rule.Text);
            json.WriteBoolean("membershipRuleEvaluationResult"u8, s.details.Result);
            json.WriteStartObject("membershipRuleEvaluationDetails"u8);
            RuleShapes.Write(json, s.details);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
