// One region: an account with its model, and the gateway's right to call it.

param name string
param location string

@description('Identity that calls the model')
param gatewayPrincipal string

@description('Thousands of tokens a minute')
@minValue(1)
param capacity int = 1

var user = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a97b65f3-24c7-4388-baec-2e87135dc908')

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: name
  location: location
  kind: 'AIServices'
  sku: {
    name: 'S0'
  }
  properties: {
    customSubDomainName: name
  }

  resource model 'deployments' = {
    name: 'gpt-4o-mini'
    sku: {
      name: 'Standard'
      capacity: capacity
    }
    properties: {
      model: {
        format: 'OpenAI'
        name: 'gpt-4o-mini'
        version: '2024-07-18'
      }
    }
  }
}

resource caller 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, gatewayPrincipal, user)
  properties: {
    principalId: gatewayPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: user
  }
}

output endpoint string = account.properties.endpoints['OpenAI Language Model Instance API']
