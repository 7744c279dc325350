using System.Text.Json;
using System.Xml;
using Berth.Graph.Reads;
using Microsoft.OData.Edm;
using Microsoft.OData.Edm.Csdl;
using Microsoft.OData.Edm.Validation;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary><c>$metadata</c>, read back by an OData parser.</summary>
public sealed class Metadata
{
    // B165.
    [Theory]
    [InlineData("/v1.0/$metadata")]
    [InlineData("/beta/$metadata")]
    public async Task The_metadata_describe_every_property_that_is_answered_and_can_be_read_by_an_OData_client(string path)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Answer answer = await room.SendAsync("GET", path);
        Assert.Equal((200, "application/xml"), (answer.Status, answer.MediaType));
        using XmlReader xml = XmlReader.Create(new MemoryStream(answer.Body));
        Assert.True(CsdlReader.TryParse(xml, out IEdmModel model, out IEnumerable<EdmError> errors), string.Join("; ", errors));
        Assert.True(model.Validate(out errors), string.Join("; ", errors));

        IEdmEntityType user = Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.user"));
        Assert.Equal("microsoft.graph.directoryObject", user.BaseEntityType().FullName());
        Assert.Equal(
            DirectoryShapes.User.Properties.Select(property => property.Name).Order(StringComparer.Ordinal),
            user.StructuralProperties().Select(property => property.Name).Order(StringComparer.Ordinal));
        IEdmEntityType group = Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.group"));
        Assert.Equal(
            DirectoryShapes.Group.Properties.Select(property => property.Name).Order(StringComparer.Ordinal),
            group.StructuralProperties().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Contains(group.NavigationProperties(), navigation => navigation.Name == "transitiveMembers");
        Assert.Equal("Collection(microsoft.graph.assignedLicense)", user.FindProperty("assignedLicenses").Type.FullName());
        Assert.Equal(2, model.FindDeclaredOperations("microsoft.graph.assignLicense").Count());
        foreach (string set in (string[])["users", "groups", "directoryObjects", "organization", "subscribedSkus"])
        {
            Assert.NotNull(model.EntityContainer.FindEntitySet(set));
        }

        Assert.NotNull(model.EntityContainer.FindSingleton("me"));
        Assert.NotNull(model.EntityContainer.FindSingleton("deviceManagement"));
        Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.cloudPcServicePlan"));
        IEdmEntityType pool = Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.cloudPcFrontLineServicePlan"));
        Assert.NotNull(pool.FindProperty("allotmentLicensesCount"));
        Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.cloudPcManagedLicense"));
        IEdmEntityType alert = Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.deviceManagement.alertRecord"));
        Assert.Equal("microsoft.graph.deviceManagement.alertImpact", alert.FindProperty("alertImpact").Type.FullName());
        IEdmEntityType allotment = Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.cloudLicensing.allotment"));
        Assert.Equal("Collection(microsoft.graph.cloudLicensing.service)", allotment.FindProperty("services").Type.FullName());
        Assert.Contains(user.NavigationProperties(), navigation => navigation.Name == "cloudLicensing");
        IEdmEntityType policy = Assert.IsAssignableFrom<IEdmEntityType>(model.FindDeclaredType("microsoft.graph.cloudPcProvisioningPolicy"));
        Assert.Contains(policy.NavigationProperties(), navigation => navigation.Name == "assignments");
    }

    [Fact]
    public async Task In_a_batch_the_metadata_are_a_text()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement answers = await room.DoAsync("POST", "/v1.0/$batch", """{"requests":[{"id":"1","method":"GET","url":"/$metadata"}]}""");
        JsonElement item = answers.GetProperty("responses")[0];
        Assert.Equal("application/xml", item.GetProperty("headers").GetProperty("Content-Type").GetString());
        Assert.Contains("<edmx:Edmx", item.GetProperty("body").GetString(), StringComparison.Ordinal);
    }
}
