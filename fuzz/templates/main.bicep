// The same lab as the folder around this file, as a team would deploy it to Azure:
//
//     apimite up fixtures/labs/backend-pool/main.bicep
//     az deployment group create --resource-group lab --template-file main.bicep

@description('Region of the gateway')
param location string = resourceGroup().location

@description('SKU of the gateway')
param sku string = 'BasicV2'

@description('Model servers, in the order of their priority')
param servers server[] = [
  { name: 'foundry1', location: 'eastus', display: 'East US', priority: 1 }
  { name: 'foundry2', location: 'swedencentral', display: 'Sweden Central', priority: 2, weight: 50 }
  { name: 'foundry3', location: 'westus', display: 'West US', priority: 2, weight: 50 }
  { name: 'foundry4', location: 'uksouth', display: 'UK South', priority: 3 }
]

@description('What one model server is')
type server = {
  name: string
  location: string
  @description('The region as backends write it')
  display: string
  priority: int
  weight: int?
}

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'apim-backend-pool'
  location: location
  sku: {
    name: sku
    capacity: 1
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    publisherName: 'Backend pool lab'
    publisherEmail: 'lab@example.com'
  }
}

module models 'model-server.bicep' = [for server in servers: {
  name: 'models-${server.name}'
  params: {
    name: server.name
    location: server.location
    gatewayPrincipal: gateway.identity.principalId
  }
}]

resource member 'Microsoft.ApiManagement/service/backends@2024-05-01' = [for (server, i) in servers: {
  parent: gateway
  name: server.name
  properties: {
    title: server.name
    description: 'Model server ${server.name} in ${server.display}'
    url: '${models[i].outputs.endpoint}openai'
    protocol: 'http'
    azureRegion: server.display
    credentials: {
      #disable-next-line BCP037
      managedIdentity: {
        resource: 'https://cognitiveservices.azure.com'
      }
    }
    circuitBreaker: {
      rules: [
        {
          name: 'refused'
          failureCondition: {
            count: 1
            interval: 'PT1M'
            statusCodeRanges: [ { min: 429, max: 429 } ]
            errorReasons: []
          }
          tripDuration: 'PT1M'
          acceptRetryAfter: true
        }
      ]
    }
  }
}]

resource pool 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  parent: gateway
  name: 'inference-pool'
  properties: {
    title: 'inference-pool'
    description: 'East US first, then Sweden Central and West US in equal parts, then UK South'
    type: 'Pool'
    pool: {
      services: [for (server, i) in servers: {
        id: '/backends/${member[i].name}'
        priority: server.priority
        weight: server.?weight
      }]
    }
  }
}

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: gateway
  name: 'inference-api'
  properties: {
    displayName: 'Inference API'
    path: 'inference/openai'
    protocols: [ 'https' ]
    type: 'http'
    subscriptionRequired: true
    subscriptionKeyParameterNames: {
      header: 'api-key'
      query: 'api-key'
    }
    format: 'openapi'
    value: loadTextContent('apis/inference-api/specification.yaml')
  }

  resource policy 'policies' = {
    name: 'policy'
    properties: {
      format: 'rawxml'
      value: loadTextContent('apis/inference-api/policy.xml')
    }
    dependsOn: [
      pool
    ]
  }
}

resource lab 'Microsoft.ApiManagement/service/subscriptions@2024-05-01' = {
  parent: gateway
  name: 'lab'
  properties: {
    displayName: 'Lab traffic'
    scope: '/apis/${api.name}'
    state: 'active'
    allowTracing: false
  }
}

output gatewayUrl string = gateway.properties.gatewayUrl
@secure()
output key string = lab.listSecrets().primaryKey
output regions array = [for server in servers: server.display]
