using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Queries;

namespace Berth.Graph.Audit;

/// <summary><c>directoryAudit</c> and what lies in it.</summary>
internal static class AuditShapes
{
    private static readonly Shape<AuditChange> ModifiedProperty = new(
        "modifiedProperty",
        new TextProperty<AuditChange>("displayName", static change => change.Name),
        new TextProperty<AuditChange>("oldValue", static change => change.Old),
        new TextProperty<AuditChange>("newValue", static change => change.New));

    private static readonly Shape<AuditTarget> Target = new(
        "targetResource",
        new ObjectIdProperty<AuditTarget>("id", static target => target.Id),
        new TextProperty<AuditTarget>("displayName", static target => target.DisplayName),
        new TextProperty<AuditTarget>("type", static target => target.Type),
        new TextProperty<AuditTarget>("userPrincipalName", static target => target.UserPrincipalName),
        new TextProperty<AuditTarget>("groupType", static target => target.GroupType),
        new PartsProperty<AuditTarget, AuditChange>("modifiedProperties", ModifiedProperty, static target => target.Changes));

    private static readonly Shape<Actor> App = new(
        "appIdentity",
        new IdProperty<Actor>("appId", static actor => actor.Id),
        new TextProperty<Actor>("displayName", static actor => actor.DisplayName),
        new IdProperty<Actor>("servicePrincipalId", static _ => null),
        new TextProperty<Actor>("servicePrincipalName", static _ => null));

    // The journal names a signed-in user by the sign-in name.
    private static readonly Shape<Actor> User = new(
        "userIdentity",
        new IdProperty<Actor>("id", static actor => actor.Id),
        new TextProperty<Actor>("displayName", static actor => actor.DisplayName),
        new TextProperty<Actor>("userPrincipalName", static actor => actor.DisplayName),
        new TextProperty<Actor>("ipAddress", static _ => null));

    private static readonly Shape<Actor> Initiator = new(
        "auditActivityInitiator",
        new PartProperty<Actor, Actor>("user", User, static actor => actor, static actor => actor.Kind == ActorKind.User),
        new PartProperty<Actor, Actor>("app", App, static actor => actor, static actor => actor.Kind != ActorKind.User));

    private static readonly Shape<KeyValuePair<string, string>> Detail = new(
        "keyValue",
        new TextProperty<KeyValuePair<string, string>>("key", static pair => pair.Key),
        new TextProperty<KeyValuePair<string, string>>("value", static pair => pair.Value));

    /// <summary><c>directoryAudit</c>.</summary>
    public static Shape<AuditRow> DirectoryAudit { get; } = Shape<AuditRow>.Entity(
        "directoryAudit",
        [
            new TextProperty<AuditRow>("id", static row => row.Id) { IsDefault = true },
            new TextProperty<AuditRow>("category", static row => row.Activity.Category) { IsDefault = true },
            new ObjectIdProperty<AuditRow>("correlationId", static row => row.CorrelationId) { IsDefault = true },
            new TextProperty<AuditRow>("result", static row => row.Failed ? "failure" : "success") { IsDefault = true },
            new TextProperty<AuditRow>("resultReason", static row => row.Reason ?? "") { IsDefault = true },
            new TextProperty<AuditRow>("activityDisplayName", static row => row.Activity.Name) { IsDefault = true },
            new TimeProperty<AuditRow>("activityDateTime", static row => row.Happened.At) { IsDefault = true },
            new TextProperty<AuditRow>("loggedByService", static _ => "Core Directory") { IsDefault = true },
            new TextProperty<AuditRow>("operationType", static row => row.Activity.Operation) { IsDefault = true },
            new PartProperty<AuditRow, Actor>("initiatedBy", Initiator, static row => row.Actor, static _ => true) { IsDefault = true },
            new PartsProperty<AuditRow, AuditTarget>("targetResources", Target, static row => row.Targets) { IsDefault = true },
            new PartsProperty<AuditRow, KeyValuePair<string, string>>("additionalDetails", Detail, static _ => []) { IsDefault = true },
        ]);
}
