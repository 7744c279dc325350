using System.Text;
using System.Xml;
using Berth.Graph.Alerts;
using Berth.Graph.Audit;
using Berth.Graph.CloudApps;
using Berth.Graph.CloudLicensing;
using Berth.Graph.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Microsoft.OData.Edm;
using Microsoft.OData.Edm.Csdl;
using Microsoft.OData.Edm.Validation;

namespace Berth.Graph.Reads;

/// <summary><c>$metadata</c>: types, sets and actions as CSDL, made of the shapes that answers are written from, so that it cannot tell of others.</summary>
internal static class MetadataReads
{
    private static readonly Lazy<byte[]> Document = new(static () => Write(Model()));

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/$metadata", RouteAccess.Anyone("it describes the interface, not the tenant"), static (_, _, _) => GraphResponse.Of(200, ResponseBody.Xml, Document.Value)),
    ];

    private static EdmModel Model()
    {
        EdmModel model = new();
        EdmEntityType entity = new(Shape<UserRow>.Namespace, "entity", null, isAbstract: true, isOpen: false);
        entity.AddKeys(entity.AddStructuralProperty("id", EdmPrimitiveTypeKind.String, isNullable: false));
        model.AddElement(entity);
        EdmEntityType directoryObject = new(entity.Namespace, "directoryObject", entity);
        directoryObject.AddStructuralProperty("deletedDateTime", EdmPrimitiveTypeKind.DateTimeOffset);
        model.AddElement(directoryObject);

        EdmEntityType user = Add(model, DirectoryShapes.User.EdmType, directoryObject);
        EdmEntityType group = Add(model, DirectoryShapes.Group.EdmType, directoryObject);
        EdmEntityType organization = Add(model, OrganizationReads.Organizations.Type, directoryObject);
        EdmEntityType sku = Add(model, SkuReads.Skus.Type, entity);
        EdmEntityType subscription = Add(model, SkuReads.Subscriptions.Type, entity);
        EdmEntityType audit = Add(model, AuditShapes.DirectoryAudit.EdmType, entity);
        EdmEntityType details = Add(model, LicenseDetailReads.Details.Type, entity);
        Navigations(user, DirectoryShapes.User.EdmType, directoryObject);
        Navigations(group, DirectoryShapes.Group.EdmType, directoryObject);
        Contain(user, "licenseDetails", details);
        Lead(group, "transitiveMembers", directoryObject);
        Lead(group, "membersWithLicenseErrors", directoryObject);
        EdmEntityType directory = new(entity.Namespace, "directory", entity);
        Contain(directory, "subscriptions", subscription);
        model.AddElement(directory);
        EdmEntityType auditLogs = new(entity.Namespace, "auditLogRoot", entity);
        Contain(auditLogs, "directoryAudits", audit);
        model.AddElement(auditLogs);
        AddCloudLicensing(model, entity, user, group);
        EdmEntityType endpoint = Add(model, VirtualEndpointReads.Endpoint.Type, entity);
        Contain(endpoint, "servicePlans", Add(model, ServicePlanReads.Plans.Type, entity));
        Contain(endpoint, "frontLineServicePlans", Add(model, FrontLineServicePlanReads.Plans.Type, entity));
        Contain(endpoint, "managedLicenses", Add(model, ManagedLicenseReads.Licenses.Type, entity));
        Contain(endpoint, "supportedRegions", Add(model, RegionReads.Regions.Type, entity));
        Contain(endpoint, "galleryImages", Add(model, GalleryImageReads.Images.Type, entity));
        Contain(endpoint, "deviceImages", Add(model, DeviceImageRoutes.Images.Type, entity));
        Contain(endpoint, "cloudApps", Add(model, CloudAppShapes.Apps.Type, entity));
        Contain(endpoint, "onPremisesConnections", Add(model, ConnectionReads.Connections.Type, entity));
        EdmEntityType setting = Add(model, UserSettingRoutes.Type, entity);
        Contain(endpoint, "userSettings", setting);
        Contain(setting, "assignments", Add(model, UserSettingRoutes.AssignmentType, entity));
        Contain(endpoint, "cloudPCs", Add(model, CloudPcShapes.Beta.EdmType, entity));
        endpoint.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
        {
            Name = "organizationSettings", Target = Add(model, OrganizationSettingsRoutes.Settings.Type, entity), TargetMultiplicity = EdmMultiplicity.ZeroOrOne, ContainsTarget = true,
        });
        EdmEntityType policy = Add(model, PolicyReads.Policies.Type, entity);
        Contain(endpoint, "provisioningPolicies", policy);
        EdmEntityType assignment = Add(model, PolicyReads.Assignments.Type, entity);
        Contain(policy, "assignments", assignment);
        assignment.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
        {
            Name = "userSettingsPersistenceDetail", Target = Add(model, UserStorageRoutes.Details.Type, entity), TargetMultiplicity = EdmMultiplicity.ZeroOrOne, ContainsTarget = true,
        });
        EdmEntityType deviceManagement = new(entity.Namespace, "deviceManagement", entity);
        deviceManagement.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
        {
            Name = "virtualEndpoint", Target = endpoint, TargetMultiplicity = EdmMultiplicity.ZeroOrOne, ContainsTarget = true,
        });
        EdmEntityType monitoring = new($"{entity.Namespace}.deviceManagement", "monitoring", entity);
        Contain(monitoring, "alertRules", Add(model, AlertShapes.Rules.Type, entity));
        Contain(monitoring, "alertRecords", Add(model, AlertShapes.Records.Type, entity));
        model.AddElement(monitoring);
        deviceManagement.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
        {
            Name = "monitoring", Target = monitoring, TargetMultiplicity = EdmMultiplicity.ZeroOrOne, ContainsTarget = true,
        });
        model.AddElement(deviceManagement);

        IEdmTypeReference flag = EdmCoreModel.Instance.GetBoolean(isNullable: true);
        IEdmTypeReference texts = EdmCoreModel.GetCollection(EdmCoreModel.Instance.GetString(isNullable: false));
        IEdmTypeReference ids = EdmCoreModel.GetCollection(EdmCoreModel.Instance.GetGuid(isNullable: false));
        IEdmTypeReference licenses = new EdmCollectionTypeReference(
            new EdmCollectionType(new EdmComplexTypeReference((IEdmComplexType)LicenseShapes.AssignedLicense.EdmType, isNullable: true)));
        foreach (EdmEntityType target in (EdmEntityType[])[user, group])
        {
            Act(model, "assignLicense", target, new EdmEntityTypeReference(target, isNullable: true), ("addLicenses", licenses), ("removeLicenses", ids));
        }

        Act(model, "reprocessLicenseAssignment", user, new EdmEntityTypeReference(user, isNullable: true));
        Act(model, "getMemberGroups", directoryObject, texts, ("securityEnabledOnly", flag));
        Act(model, "getMemberObjects", directoryObject, texts, ("securityEnabledOnly", flag));
        Act(model, "checkMemberGroups", directoryObject, texts, ("groupIds", texts));
        Act(model, "checkMemberObjects", directoryObject, texts, ("ids", texts));

        EdmEntityContainer container = new(entity.Namespace, "GraphService");
        container.AddEntitySet("users", user);
        container.AddEntitySet("groups", group);
        container.AddEntitySet("directoryObjects", directoryObject);
        container.AddEntitySet("organization", organization);
        container.AddEntitySet("subscribedSkus", sku);
        container.AddSingleton("me", user);
        container.AddSingleton("directory", directory);
        container.AddSingleton("admin", (EdmEntityType)model.FindDeclaredType("microsoft.graph.admin"));
        container.AddSingleton("auditLogs", auditLogs);
        container.AddSingleton("deviceManagement", deviceManagement);
        model.AddElement(container);
        return model;
    }

    // The model of pools hangs on the organization, on users and on groups.
    private static void AddCloudLicensing(EdmModel model, EdmEntityType entity, EdmEntityType user, EdmEntityType group)
    {
        EdmEntityType allotment = Add(model, LicensingShapes.Allotment.EdmType, entity), assignment = Add(model, LicensingShapes.Assignment.EdmType, entity);
        EdmEntityType error = Add(model, LicensingShapes.AssignmentError.EdmType, entity), waiting = Add(model, LicensingShapes.WaitingMember.EdmType, entity);
        EdmEntityType right = Add(model, LicensingShapes.UsageRight.EdmType, entity);
        Contain(allotment, "assignments", assignment);
        Contain(allotment, "waitingMembers", waiting);
        EdmEntityType admin = new(entity.Namespace, "admin", entity);
        model.AddElement(admin);
        Hang(admin, "admin", ("allotments", allotment), ("assignments", assignment), ("assignmentErrors", error));
        Hang(user, "user", ("assignments", assignment), ("assignmentErrors", error), ("usageRights", right), ("waitingMembers", waiting));
        Hang(group, "group", ("assignments", assignment), ("usageRights", right));

        void Hang(EdmEntityType owner, string name, params ReadOnlySpan<(string Name, EdmEntityType Type)> parts)
        {
            EdmEntityType root = new($"{entity.Namespace}.cloudLicensing", $"{name}CloudLicensing", entity);
            model.AddElement(root);
            foreach ((string part, EdmEntityType type) in parts)
            {
                Contain(root, part, type);
            }

            owner.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
            {
                Name = "cloudLicensing", Target = root, TargetMultiplicity = EdmMultiplicity.ZeroOrOne, ContainsTarget = true,
            });
        }
    }

    // The properties of a shape but those that the base type has.
    private static EdmEntityType Add(EdmModel model, IEdmStructuredType shape, EdmEntityType parent)
    {
        EdmEntityType type = new(((IEdmSchemaElement)shape).Namespace, ((IEdmSchemaElement)shape).Name, parent);
        foreach (IEdmStructuralProperty property in shape.DeclaredProperties.OfType<IEdmStructuralProperty>())
        {
            if (parent.FindProperty(property.Name) is null)
            {
                AddComplex(model, property.Type);
                type.AddStructuralProperty(property.Name, property.Type);
            }
        }

        model.AddElement(type);
        return type;
    }

    private static void AddComplex(EdmModel model, IEdmTypeReference reference)
    {
        IEdmType type = reference.IsCollection() ? reference.AsCollection().ElementType().Definition : reference.Definition;
        if (type is IEdmComplexType complex && model.FindDeclaredType(complex.FullName()) is null)
        {
            model.AddElement(complex);
            foreach (IEdmProperty property in complex.DeclaredProperties)
            {
                AddComplex(model, property.Type);
            }
        }
    }

    private static void Navigations(EdmEntityType type, IEdmStructuredType shape, EdmEntityType target)
    {
        foreach (IEdmNavigationProperty navigation in shape.DeclaredNavigationProperties())
        {
            type.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
            {
                Name = navigation.Name,
                Target = target,
                TargetMultiplicity = navigation.Type.IsCollection() ? EdmMultiplicity.Many : EdmMultiplicity.ZeroOrOne,
            });
        }
    }

    private static void Lead(EdmEntityType type, string name, EdmEntityType target) => type.AddUnidirectionalNavigation(
        new EdmNavigationPropertyInfo { Name = name, Target = target, TargetMultiplicity = EdmMultiplicity.Many });

    private static void Contain(EdmEntityType type, string name, EdmEntityType target) => type.AddUnidirectionalNavigation(
        new EdmNavigationPropertyInfo { Name = name, Target = target, TargetMultiplicity = EdmMultiplicity.Many, ContainsTarget = true });

    private static void Act(EdmModel model, string name, EdmEntityType target, IEdmTypeReference result, params ReadOnlySpan<(string Name, IEdmTypeReference Type)> parameters)
    {
        EdmAction action = new(target.Namespace, name, result, isBound: true, entitySetPathExpression: null);
        action.AddParameter("bindingParameter", new EdmEntityTypeReference(target, isNullable: false));
        foreach ((string parameter, IEdmTypeReference type) in parameters)
        {
            action.AddParameter(parameter, type);
        }

        model.AddElement(action);
    }

    private static byte[] Write(EdmModel model)
    {
        using MemoryStream bytes = new();
        using (XmlWriter xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), CloseOutput = false }))
        {
            _ = CsdlWriter.TryWriteCsdl(model, xml, CsdlTarget.OData, out IEnumerable<EdmError> errors)
                ? 0
                : throw new InvalidOperationException($"The model cannot be written: {string.Join("; ", errors)}");
        }

        return bytes.ToArray();
    }
}
